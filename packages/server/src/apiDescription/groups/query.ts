import { z } from 'zod';
import { QUERY_TEXT_ERRORS, READ_ERRORS } from '../errorCodes.js';
import { type OperationGroup, optional, type Parameters, required } from '../operation.js';
import { duration, labels, point, promql, success, time } from '../shapes.js';

const seconds = z.number().describe('Seconds.');

const stats = z
  .strictObject({
    timings: z.strictObject({
      evalTotalTime: seconds,
      resultSortTime: seconds,
      queryPreparationTime: seconds,
      innerEvalTime: seconds,
      execQueueTime: seconds,
      execTotalTime: seconds,
    }),
    samples: z.strictObject({
      totalQueryableSamplesPerStep: z.array(z.tuple([z.number(), z.int()])).optional(),
      totalQueryableSamples: z.int(),
      peakSamples: z.int(),
    }),
    tree: z
      .looseObject({ type: z.string() })
      .optional()
      .describe(
        'With `all`, the expression in the shape of `/api/v1/parse_query`. Its nodes have `stats`: the seconds `evalTime`, what is below included, where they were evaluated for themselves; `series`; and `samplesRead` of selectors.',
      ),
  })
  .optional()
  .describe('Only where `stats` was asked for.');

const vector = z.strictObject({
  resultType: z.literal('vector'),
  result: z.array(z.strictObject({ metric: labels, value: point })),
  stats,
});

const matrix = z.strictObject({
  resultType: z.literal('matrix'),
  result: z.array(z.strictObject({ metric: labels, values: z.array(point) })),
  stats,
});

const scalar = z.strictObject({ resultType: z.literal('scalar'), result: point, stats });
const string = z.strictObject({ resultType: z.literal('string'), result: point, stats });

const notes = {
  warnings: z.array(z.string()).optional().describe('What may make the result other than expected.'),
  infos: z.array(z.string()).optional().describe('What is worth knowing, such as that rollups answered.'),
};

const exemplar = z.strictObject({
  labels: labels.describe('Labels of the exemplar, such as the id of a trace.'),
  value: z.string(),
  timestamp: seconds,
});

const resolution = z.union([duration, z.literal('auto')]).meta({
  id: 'Resolution',
  description: 'A Duration, `0s` for samples only; or `auto` for what suits the step.',
});

const resultOptions: Parameters = {
  timeout: optional(duration, 'Longest the query may take, waiting included; at most `query.timeout`.'),
  limit: optional(z.int().min(0), 'Most series of the answer; 0 for all.'),
  lookback_delta: optional(
    duration,
    'How far back a selector looks for a sample; by default `query.lookback`.',
  ),
  stats: optional(
    z.string(),
    'Anything but nothing adds statistics, `all` also those of each step and of each part of the query.',
  ),
  max_source_resolution: optional(resolution, 'The coarsest rollups that may answer, as in Thanos.'),
};

/** What evaluating an expression answers, whichever the value it has. */
export const evaluationAnswer = success(
  z.discriminatedUnion('resultType', [vector, matrix, scalar, string]),
).extend(notes);

export const EVALUATION_ERRORS = [
  'invalid_parameter',
  ...QUERY_TEXT_ERRORS,
  ...READ_ERRORS,
  'query_too_many_series',
  'query_too_many_samples',
  'query_needs_raw',
  'query_execution',
  'query_response_too_large',
] as const;

export const QUERY: OperationGroup = {
  name: 'Ask',
  about:
    'PromQL as Prometheus has it. Parameters of a POST may come as a form, which has room for long queries; of a parameter that is in the URL and the form, the form counts.',
  operations: [
    {
      id: 'query',
      path: '/api/v1/query',
      methods: ['GET', 'POST'],
      summary: 'Evaluate a query at one time',
      parameters: {
        query: required(promql, 'The query.'),
        time: optional(time, 'When; now where it is not given.'),
        ...resultOptions,
      },
      answers: [
        {
          status: 200,
          about: 'The value of the expression.',
          type: 'application/json',
          schema: evaluationAnswer,
          example: {
            status: 'success',
            data: {
              resultType: 'vector',
              result: [{ metric: { queue: 'mail' }, value: [1795237200, '42'] }],
            },
          },
        },
      ],
      errors: { style: 'prometheus', codes: EVALUATION_ERRORS },
      curl: `-G {url}/api/v1/query \\
  --data-urlencode 'query=sum by (queue) (jobs_done_total)'`,
    },
    {
      id: 'queryRange',
      path: '/api/v1/query_range',
      methods: ['GET', 'POST'],
      summary: 'Evaluate a query at every step of a range',
      parameters: {
        query: required(promql, 'The query.'),
        start: required(time, 'The first step.'),
        end: required(time, 'The last step is at it or before.'),
        step: required(duration, 'From step to step, above 0.'),
        ...resultOptions,
        nocache: optional(
          z.string(),
          'Anything but nothing, `0`, `f`, `false` or `no` evaluates every step anew, as in VictoriaMetrics.',
        ),
      },
      answers: [
        {
          status: 200,
          about: 'The values of every series, oldest first.',
          type: 'application/json',
          schema: success(matrix).extend(notes),
          example: {
            status: 'success',
            data: {
              resultType: 'matrix',
              result: [
                {
                  metric: { queue: 'mail' },
                  values: [
                    [1795237200, '0.5'],
                    [1795237260, '0.75'],
                  ],
                },
              ],
            },
          },
        },
      ],
      errors: { style: 'prometheus', codes: [...EVALUATION_ERRORS, 'query_too_many_points'] },
      curl: `-G {url}/api/v1/query_range \\
  --data-urlencode 'query=sum by (queue) (rate(jobs_done_total[5m]))' \\
  -d start="$(($(date +%s) - 3600))" -d end="$(date +%s)" -d step=60s`,
    },
    {
      id: 'formatQuery',
      path: '/api/v1/format_query',
      methods: ['GET', 'POST'],
      summary: 'Write a query in lines that are easy to read',
      parameters: { query: required(promql, 'The query.') },
      answers: [
        {
          status: 200,
          about: 'The text of the query.',
          type: 'application/json',
          schema: success(promql),
          example: { status: 'success', data: 'rate(jobs_done_total[5m])' },
        },
      ],
      errors: { style: 'prometheus', codes: QUERY_TEXT_ERRORS },
      curl: `-G {url}/api/v1/format_query \\
  --data-urlencode 'query=rate( jobs_done_total [5m])'`,
    },
    {
      id: 'parseQuery',
      path: '/api/v1/parse_query',
      methods: ['GET', 'POST'],
      summary: 'Tell the tree of a query',
      parameters: { query: required(promql, 'The query.') },
      answers: [
        {
          status: 200,
          about: 'The root: what a node is, and what belongs to one of its kind, times in ms.',
          type: 'application/json',
          schema: success(z.looseObject({ type: z.string() })),
          example: { status: 'success', data: { type: 'numberLiteral', val: '1' } },
        },
      ],
      errors: { style: 'prometheus', codes: QUERY_TEXT_ERRORS },
      curl: `-G {url}/api/v1/parse_query --data-urlencode 'query=1 + up'`,
    },
    {
      id: 'queryExemplars',
      path: '/api/v1/query_exemplars',
      methods: ['GET', 'POST'],
      summary: 'List exemplars of the series of a query',
      about:
        'Of every series that a selector of the query selects, whatever the query makes of it; offsets and `@` do not count.',
      parameters: {
        query: required(promql, 'The query.'),
        start: optional(time, 'Only exemplars from then on.'),
        end: optional(time, 'Only exemplars until then.'),
      },
      answers: [
        {
          status: 200,
          about: 'Exemplars by series, those of a series in the order of time.',
          type: 'application/json',
          schema: success(z.array(z.strictObject({ seriesLabels: labels, exemplars: z.array(exemplar) }))),
          example: {
            status: 'success',
            data: [
              {
                seriesLabels: { __name__: 'jobs_done_total', queue: 'mail' },
                exemplars: [
                  { labels: { trace_id: '4bf92f3577b34da6' }, value: '3', timestamp: 1795237200.479 },
                ],
              },
            ],
          },
        },
        { status: 204, about: 'The query selects no series.' },
      ],
      errors: {
        style: 'prometheus',
        codes: [
          'invalid_parameter',
          ...QUERY_TEXT_ERRORS,
          ...READ_ERRORS,
          'query_too_many_series',
          'query_execution',
          'query_response_too_large',
        ],
      },
      curl: "'{url}/api/v1/query_exemplars?query=jobs_done_total'",
    },
  ],
};
