import { z } from 'zod';
import { QUERY_TEXT_ERRORS, READ_ERRORS, SAMPLE_ERRORS, WRITE_ERRORS } from '../errorCodes.js';
import { type Operation, type OperationGroup, optional, required } from '../operation.js';

const time = z.iso.datetime();
const value = z.union([z.number(), z.enum(['NaN', '+Inf', '-Inf'])]);
const labels = z.record(z.string(), z.string()).optional().describe('Without the metric.');

const sampleRow = z
  .strictObject({
    name: z.string().describe('The metric.'),
    type: z.enum(['counter', 'gauge', 'histogram']).describe('Of its family; `gauge` stands for all others.'),
    value,
    labels,
    timestamp: time,
  })
  .describe('A sample.');

const givenRow = sampleRow
  .extend({
    type: z.string().nullish(),
    labels: labels.nullable(),
    timestamp: z.union([z.int(), z.string()]),
  })
  .describe('A sample, as in TinyObs JSON, with its time.');

const metadata = z.strictObject({
  exported_at: time,
  start_time: time,
  end_time: time,
  metric_count: z.int().describe('How many rows there are.'),
  format: z.literal('json'),
  version: z.literal('1.0'),
});

const points = z.strictObject({
  metric: z.string(),
  labels,
  points: z.array(z.strictObject({ t: z.int().describe('Milliseconds since 1970.'), v: value })),
  resolution: z.literal('raw'),
});

const stats = z.strictObject({
  TotalMetrics: z.int().describe('Samples.'),
  TotalSeries: z.int(),
  SizeBytes: z.int().describe('Of the data folder.'),
  OldestMetric: time.describe('The year 1 where there is nothing.'),
  NewestMetric: time,
});

const imported = z.strictObject({
  metrics_imported: z.int().describe('Samples stored.'),
  batches_written: z.int(),
  time_range: z.string().describe('The first and the last time, or `empty`.'),
  imported_at: time,
});

const health = z.strictObject({
  status: z.enum(['healthy', 'degraded']).describe('`degraded` for whatever is not `ok` in `/health`.'),
  version: z.string(),
  uptime: z.string().describe('As Go writes durations.'),
});

const WHEN = 'RFC 3339, in UTC where it names no zone, or seconds since 1970';

const range = (since: string) => ({
  start: optional(
    z.union([z.number(), z.string()]),
    `${WHEN}; ${since} before the end where it is not given.`,
  ),
  end: optional(z.union([z.number(), z.string()]), `${WHEN}; now where it is not given.`),
});

const metric = optional(z.string(), 'Only samples of this metric.');

const ROW = {
  name: 'jobs_done_total',
  type: 'counter' as const,
  value: 42,
  labels: { queue: 'mail' },
  timestamp: '2026-11-21T05:00:00.000Z',
};

const METADATA = {
  exported_at: '2026-11-21T06:00:00.000Z',
  start_time: '2026-11-20T06:00:00.000Z',
  end_time: '2026-11-21T06:00:00.000Z',
  metric_count: 1,
  format: 'json' as const,
  version: '1.0' as const,
};

const CUT =
  'It is sent while it is read, and is cut off without its end where reading ends early, by `query.timeout` for one. Ends of series and what only rollups have are not in it.';

const read: Operation[] = [
  {
    id: 'goQuery',
    path: '/v1/query',
    methods: ['GET'],
    summary: 'Give all samples of a metric, or of all metrics',
    about: `${CUT} To evaluate PromQL ask \`/api/v1/query\`.`,
    parameters: { metric, ...range('an hour') },
    answers: [
      {
        status: 200,
        about: 'The samples, series by series.',
        type: 'application/json',
        schema: z.strictObject({ metrics: z.array(sampleRow), count: z.int() }),
        example: { metrics: [ROW], count: 1 },
      },
    ],
    errors: { style: 'tinyobs', codes: [...READ_ERRORS, 'invalid_parameter'] },
    curl: "'{url}/v1/query?metric=jobs_done_total'",
  },
  {
    id: 'goQueryRange',
    path: '/v1/query/range',
    methods: ['GET'],
    summary: 'Give the samples of a metric for a chart',
    about:
      'Where a series has more than `maxPoints` samples, consecutive ones are averaged, as few as suffice, and have the time of their first. What only rollups have is left out. All limits of queries hold.',
    parameters: {
      metric: required(z.string(), 'The metric.'),
      ...range('an hour'),
      maxPoints: optional(z.int().min(1).max(5000), 'Most points of a series; 1000 where it is not given.'),
    },
    answers: [
      {
        status: 200,
        about: 'The series with their points.',
        type: 'application/json',
        schema: z.strictObject({ data: z.array(points) }),
        example: {
          data: [
            {
              metric: 'jobs_done_total',
              labels: { queue: 'mail' },
              points: [{ t: 1795237200000, v: 42 }],
              resolution: 'raw',
            },
          ],
        },
      },
    ],
    errors: {
      style: 'tinyobs',
      codes: [
        ...QUERY_TEXT_ERRORS,
        ...READ_ERRORS,
        'invalid_parameter',
        'query_execution',
        'query_too_many_samples',
        'query_too_many_series',
        'query_response_too_large',
      ],
    },
    curl: "'{url}/v1/query/range?metric=jobs_done_total&maxPoints=100'",
  },
  {
    id: 'goMetrics',
    path: '/v1/metrics/list',
    methods: ['GET'],
    summary: 'List the metrics of the last 24 hours',
    answers: [
      {
        status: 200,
        about: 'Their names, in order.',
        type: 'application/json',
        schema: z.strictObject({ metrics: z.array(z.string()), count: z.int() }),
        example: { metrics: ['jobs_done_total'], count: 1 },
      },
    ],
    errors: { style: 'tinyobs', codes: [...READ_ERRORS, 'query_too_many_series'] },
    curl: '{url}/v1/metrics/list',
  },
  {
    id: 'goStats',
    path: '/v1/stats',
    methods: ['GET'],
    summary: 'Tell how much there is',
    answers: [
      {
        status: 200,
        about: 'Under the names that Go gives them.',
        type: 'application/json',
        schema: stats,
        example: {
          TotalMetrics: 5760,
          TotalSeries: 1,
          SizeBytes: 81920,
          OldestMetric: '2026-11-20T06:00:00.000Z',
          NewestMetric: '2026-11-21T05:59:45.000Z',
        },
      },
    ],
    errors: { style: 'tinyobs', codes: [] },
    curl: '{url}/v1/stats',
  },
  {
    id: 'goHealth',
    path: '/v1/health',
    methods: ['GET'],
    summary: 'Tell how it is, in a word',
    about: '`/health` tells what is wrong.',
    answers: [
      {
        status: 200,
        about: 'It works.',
        type: 'application/json',
        schema: health,
        example: { status: 'healthy', version: '0.1.0', uptime: '86400.25s' },
      },
      { status: 503, about: 'Something is `failing`.', type: 'application/json', schema: health },
    ],
    errors: { style: 'tinyobs', codes: [] },
    curl: '{url}/v1/health',
  },
];

export const GO_TINYOBS: OperationGroup = {
  name: 'Come from the Go TinyObs',
  about:
    'Paths that the Go TinyObs had before it took the API of Prometheus, so that those who come from it can move; whoever does not finds more under other paths. `/v1/ingest` takes what its SDK sends. Errors are those of TinyObs, also where the Go TinyObs silently takes a default.',
  operations: [
    ...read,
    {
      id: 'goExport',
      path: '/v1/export',
      methods: ['GET'],
      summary: 'Give all samples of a metric, or of all metrics, as a file',
      about: `Any length of time; what is said about the rows stands behind them. ${CUT}`,
      parameters: {
        metric,
        ...range('24 hours'),
        format: optional(
          z.literal('json'),
          'CSV, whose times the Go TinyObs cuts to seconds, is not written.',
        ),
      },
      answers: [
        {
          status: 200,
          about: 'What `/v1/import` reads, of both.',
          type: 'application/json',
          schema: z.strictObject({ metrics: z.array(sampleRow), metadata }),
          example: { metrics: [ROW], metadata: METADATA },
          headers: { 'Content-Disposition': required(z.string(), 'A name for the file.') },
        },
      ],
      errors: { style: 'tinyobs', codes: [...READ_ERRORS, 'invalid_parameter'] },
      curl: "-o tinyobs-export.json '{url}/v1/export?metric=jobs_done_total'",
    },
    {
      id: 'goImport',
      path: '/v1/import',
      methods: ['POST'],
      summary: 'Store what the Go TinyObs has exported',
      about:
        'Of any length: rows are stored while they come, so that an import that ends early has stored what came before, which the error says; sending it again changes nothing. A row has at most 1 MiB. `limits.requestBytes` does not hold, `requestBytes` of a key and `server.timeouts.request` do. Averages that the Go TinyObs made of old samples become series `<metric>:avg_5m` and `<metric>:avg_1h`.',
      body: {
        about: 'An export, which may be compressed.',
        content: {
          'application/json': z.strictObject({
            metadata: z.record(z.string(), z.unknown()).optional(),
            metrics: z.array(givenRow).nullable(),
          }),
        },
        example: { metadata: METADATA, metrics: [ROW] },
      },
      answers: [
        {
          status: 200,
          about: 'Everything is stored.',
          type: 'application/json',
          schema: imported,
          example: {
            metrics_imported: 1,
            batches_written: 1,
            time_range: '2026-11-21T05:00:00.000Z to 2026-11-21T05:00:00.000Z',
            imported_at: '2026-11-21T06:00:00.000Z',
          },
        },
      ],
      errors: {
        style: 'tinyobs',
        codes: [
          'malformed_body',
          'body_too_large',
          'unsupported_encoding',
          'malformed_json',
          'unsupported_media_type',
          'invalid_row',
          ...SAMPLE_ERRORS,
          ...WRITE_ERRORS,
        ],
        listsRows: true,
      },
      curl: `{url}/v1/import -H 'Content-Type: application/json' \\
  -d '{"metrics":[{"name":"jobs_done_total","type":"counter","value":42,"timestamp":"'$(date -u +%FT%TZ)'"}]}'`,
    },
  ],
};
