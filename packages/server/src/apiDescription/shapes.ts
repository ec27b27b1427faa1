import { ERROR_CODES } from '@tinyobs/model';
import { z } from 'zod';
import { ERROR_TABLE } from '../http/errorTable.js';

// What requests say

export const time = z.union([z.number(), z.iso.datetime({ offset: true })]).meta({
  id: 'Time',
  description: 'Seconds since 1970, with decimals where wanted, or RFC 3339 such as `2026-11-21T05:00:00Z`.',
});

export const duration = z
  .union([z.number(), z.string().regex(/^(?=\d)(\d+y)?(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$/)])
  .meta({
    id: 'Duration',
    description:
      'Seconds, with decimals where wanted, or units from large to small such as `30s`, `1h30m`, `15d`.',
  });

export const promql = z
  .string()
  .meta({ id: 'PromQL', description: 'An expression of the query language of Prometheus.' });

export const selector = z
  .string()
  .meta({ id: 'Selector', description: 'Which series, in PromQL, such as `up{job="shop"}`.' });

/** `match[]`, of which there may be several. */
export const selectors = z.array(selector);

// What answers say

export const labels = z
  .record(z.string(), z.string())
  .meta({ id: 'Labels', description: 'Labels by name; `__name__` is the metric.' });

export const point = z.tuple([z.number(), z.string()]).meta({
  id: 'Point',
  description:
    'A time in seconds, and the value there as text, so that `NaN`, `+Inf` and `-Inf` can be said.',
  minItems: 2,
  maxItems: 2,
});

export const metricType = z.enum([
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
  'unknown',
]);

const ERROR_TYPES = [...new Set(Object.values(ERROR_TABLE).map(({ errorType }) => errorType))];

const details = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
  .describe('Where the input went wrong, or which limit it met.');

const requestId = z
  .string()
  .optional()
  .describe('Of errors of 500 and above: as in `X-Request-Id`; the log has more under it.');

const code = z
  .enum(ERROR_CODES)
  .meta({ id: 'ErrorCode', description: 'What went wrong; codes do not change.' });

export const prometheusError = z
  .strictObject({
    status: z.literal('error'),
    errorType: z.enum(ERROR_TYPES).describe('The type that Prometheus has for it.'),
    error: z.string().describe('What went wrong and what to do, for people.'),
    code,
    details: details.optional(),
    requestId,
  })
  .meta({ id: 'PrometheusError', description: 'An error as Prometheus writes it, with a code of TinyObs.' });

const errorFields = {
  status: z.literal('error'),
  code,
  message: z.string().describe('What went wrong and what to do, for people.'),
  details: details.optional(),
  requestId,
};

export const tinyobsError = z
  .strictObject(errorFields)
  .meta({ id: 'TinyObsError', description: 'An error as TinyObs writes it.' });

export const rowsError = z
  .strictObject({
    ...errorFields,
    count: z.int().optional().describe('Rows that were stored.'),
    refusedCount: z.int().optional().describe('Rows that were refused.'),
    refused: z
      .array(
        z.strictObject({
          row: z.int().describe('Which row: from 0, in text the line from 1.'),
          column: z.int().optional().describe('In text the place in the line, in bytes from 1.'),
          code,
          message: z.string(),
        }),
      )
      .optional()
      .describe('The first hundred of the refused rows.'),
  })
  .meta({
    id: 'RowsError',
    description:
      'An error of which `count`, `refusedCount` and `refused` say what became of the rows, where it is about rows.',
  });

export const otlpStatus = z
  .strictObject({
    code: z.int().describe('As gRPC numbers them.'),
    message: z.string().describe('The code of TinyObs, and what went wrong and what to do, for people.'),
  })
  .meta({ id: 'Status', description: 'An error as OTLP has it, a `google.rpc.Status`.' });

export const influxError = z
  .strictObject({
    code: z.string().describe('As InfluxDB 2 calls the status.'),
    message: z.string().describe('The code of TinyObs, and what went wrong and what to do, for people.'),
    error: z.string().describe('The same, where InfluxDB 1 has it.'),
    line: z.int().optional().describe('The first line that was refused, from 1.'),
    requestId,
  })
  .meta({ id: 'InfluxError', description: 'An error as InfluxDB has it.' });

/** The envelope of Prometheus around an answer. */
export function success<T extends z.ZodType>(data: T) {
  return z.strictObject({ status: z.literal('success'), data });
}

/** As `success`, for lists that `limit` may cut. */
export function listSuccess<T extends z.ZodType>(item: T) {
  return success(z.array(item)).extend({
    warnings: z.array(z.string()).optional().describe('Says when `limit` left some out.'),
  });
}
