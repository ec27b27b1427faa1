import { z } from 'zod';
import { QUERY_TEXT_ERRORS, READ_ERRORS } from '../errorCodes.js';
import { type OperationGroup, optional, type Parameters, required } from '../operation.js';
import { labels, listSuccess, metricType, selectors, success, time } from '../shapes.js';

const range: Parameters = {
  start: optional(time, 'Only what has samples from then on.'),
  end: optional(time, 'Only what has samples until then.'),
};

const limit = optional(
  z.int().min(0),
  'Most items of the answer; 0 or nothing for all. A warning says when some were left out.',
);

const SELECTING_ERRORS = [
  'invalid_parameter',
  ...QUERY_TEXT_ERRORS,
  ...READ_ERRORS,
  'query_execution',
  'query_too_many_series',
] as const;

const narrowed: Parameters = {
  ...range,
  'match[]': optional(selectors, 'Only of series that one of these selects.'),
  limit,
};

export const SERIES: OperationGroup = {
  name: 'Find what there is',
  about: 'Series, their labels, and what is known of metrics.',
  operations: [
    {
      id: 'series',
      path: '/api/v1/series',
      methods: ['GET', 'POST'],
      summary: 'List series by their labels',
      parameters: {
        'match[]': required(selectors, 'Series that one of these selects; at least one.'),
        ...range,
        limit,
      },
      answers: [
        {
          status: 200,
          about: 'The labels of each series.',
          type: 'application/json',
          schema: listSuccess(labels),
          example: { status: 'success', data: [{ __name__: 'jobs_done_total', queue: 'mail' }] },
        },
      ],
      errors: { style: 'prometheus', codes: SELECTING_ERRORS },
      curl: `-G {url}/api/v1/series --data-urlencode 'match[]=jobs_done_total'`,
    },
    {
      id: 'labelNames',
      path: '/api/v1/labels',
      methods: ['GET', 'POST'],
      summary: 'List the names of labels',
      parameters: narrowed,
      answers: [
        {
          status: 200,
          about: 'The names, in order.',
          type: 'application/json',
          schema: listSuccess(z.string()),
          example: { status: 'success', data: ['__name__', 'queue'] },
        },
      ],
      errors: { style: 'prometheus', codes: SELECTING_ERRORS },
      curl: '{url}/api/v1/labels',
    },
    {
      id: 'labelValues',
      path: '/api/v1/label/:name/values',
      methods: ['GET'],
      summary: 'List the values of a label',
      about: 'With `__name__` the metrics.',
      pathParameters: {
        name: required(
          z.string(),
          'The label; names beyond letters, digits and `_` may be escaped as `U__…`.',
        ),
      },
      parameters: narrowed,
      answers: [
        {
          status: 200,
          about: 'The values, in order.',
          type: 'application/json',
          schema: listSuccess(z.string()),
          example: { status: 'success', data: ['mail', 'print'] },
        },
      ],
      errors: { style: 'prometheus', codes: SELECTING_ERRORS },
      curl: '{url}/api/v1/label/queue/values',
    },
    {
      id: 'metadata',
      path: '/api/v1/metadata',
      methods: ['GET'],
      summary: 'Tell type, help and unit of metrics',
      parameters: {
        metric: optional(z.string(), 'Only this one.'),
        limit: optional(z.int(), 'Most metrics of the answer; below 0 or nothing for all.'),
        limit_per_metric: optional(
          z.int(),
          'Most entries of a metric, of which one is kept: checked, and without effect.',
        ),
      },
      answers: [
        {
          status: 200,
          about: 'Entries by metric.',
          type: 'application/json',
          schema: success(
            z.record(
              z.string(),
              z.array(z.strictObject({ type: metricType, help: z.string(), unit: z.string() })),
            ),
          ),
          example: {
            status: 'success',
            data: { jobs_done_total: [{ type: 'counter', help: 'Jobs that are over', unit: '' }] },
          },
        },
      ],
      errors: { style: 'prometheus', codes: ['invalid_parameter', 'store_corrupt', 'store_closed'] },
      curl: "'{url}/api/v1/metadata?metric=jobs_done_total'",
    },
  ],
};
