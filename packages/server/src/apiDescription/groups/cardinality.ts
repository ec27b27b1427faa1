import { z } from 'zod';
import { QUERY_TEXT_ERRORS, READ_ERRORS } from '../errorCodes.js';
import { type OperationGroup, optional } from '../operation.js';
import { selectors } from '../shapes.js';

const within = z.strictObject({
  count: z.int(),
  limit: z.int(),
  used: z.number().describe('The part of the limit that is taken, from 0 to 1.'),
});

const listOf = (name: string, value: string) =>
  z.array(z.strictObject({ [name]: z.string(), [value]: z.int() })).describe('The most first.');

const created = {
  lastHour: z.int().describe('Series that began in the last hour.'),
  lastDay: z.int(),
  perHour: z.number().describe('Over the last day, or since it is counted.'),
};

const createdOf = z.array(z.strictObject({ metric: z.string(), ...created })).describe('The most first.');

const cardinality = z.strictObject({
  status: z.literal('ok'),
  series: z.strictObject({ active: within, indexed: within }),
  memory: z.strictObject({
    indexBytes: z.int(),
    labelTextBytes: z.int(),
    postingBytes: z.int(),
  }),
  metrics: z.strictObject({
    count: z.int(),
    activeSeriesLimit: z.int(),
    byActiveSeries: z.array(z.strictObject({ metric: z.string(), series: z.int(), used: z.number() })),
    byIndexedSeries: listOf('metric', 'series'),
  }),
  labels: z.strictObject({
    count: z.int(),
    pairs: z.int(),
    byValues: listOf('label', 'values'),
    bySeries: listOf('label', 'series'),
    byBytes: listOf('label', 'bytes'),
  }),
  pairs: z.array(z.strictObject({ label: z.string(), value: z.string(), series: z.int() })),
  values: z
    .strictObject({ label: z.string(), count: z.int(), bySeries: listOf('value', 'series') })
    .optional()
    .describe('Of the label that was asked for.'),
  keys: z
    .array(z.strictObject({ key: z.string(), series: z.int(), limit: z.int(), used: z.number() }))
    .describe('API keys with a limit of their own, by id.'),
  growth: z.strictObject({
    since: z.iso.datetime().describe('From when on it is counted.'),
    series: z.strictObject(created),
    byLastHour: createdOf,
    byLastDay: createdOf,
  }),
});

const EXAMPLE = {
  status: 'ok',
  series: {
    active: { count: 3, limit: 2_000_000, used: 0.0000015 },
    indexed: { count: 3, limit: 2_000_000, used: 0.0000015 },
  },
  memory: { indexBytes: 65_536, labelTextBytes: 120, postingBytes: 512 },
  metrics: {
    count: 1,
    activeSeriesLimit: 100_000,
    byActiveSeries: [{ metric: 'jobs_done_total', series: 3, used: 0.00003 }],
    byIndexedSeries: [{ metric: 'jobs_done_total', series: 3 }],
  },
  labels: {
    count: 2,
    pairs: 4,
    byValues: [{ label: 'queue', values: 3 }],
    bySeries: [{ label: '__name__', series: 3 }],
    byBytes: [{ label: '__name__', bytes: 15 }],
  },
  pairs: [{ label: '__name__', value: 'jobs_done_total', series: 3 }],
  keys: [],
  growth: {
    since: '2026-11-21T05:00:00.000Z',
    series: { lastHour: 3, lastDay: 3, perHour: 3 },
    byLastHour: [{ metric: 'jobs_done_total', lastHour: 3, lastDay: 3, perHour: 3 }],
    byLastDay: [{ metric: 'jobs_done_total', lastHour: 3, lastDay: 3, perHour: 3 }],
  },
};

export const CARDINALITY: OperationGroup = {
  name: 'See what there is most of',
  about: 'What takes memory, which limit is near and what grows: see [limits](limits.md).',
  operations: [
    {
      id: 'cardinality',
      path: '/v1/cardinality',
      methods: ['GET'],
      summary: 'Count series by metric, label and value, and tell what grows',
      parameters: {
        limit: optional(z.int().min(1).max(10_000), 'Entries of each list; 20 where it is not given.'),
        metric: optional(z.string(), 'Only series of this metric.'),
        label: optional(z.string(), 'Also the values of this label.'),
        'match[]': optional(selectors, 'Only series that one of these selects.'),
      },
      answers: [
        {
          status: 200,
          about: 'The counts.',
          type: 'application/json',
          schema: cardinality,
          example: EXAMPLE,
        },
      ],
      errors: {
        style: 'tinyobs',
        codes: ['invalid_parameter', ...QUERY_TEXT_ERRORS, ...READ_ERRORS, 'query_execution'],
      },
      curl: "'{url}/v1/cardinality?limit=3'",
    },
  ],
};
