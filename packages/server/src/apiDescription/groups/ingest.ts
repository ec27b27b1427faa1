import { z } from 'zod';
import { PROTOCOLS } from '../../ingest/protocols.js';
import { BODY_ERRORS, SAMPLE_ERRORS, WRITE_ERRORS } from '../errorCodes.js';
import { type OperationGroup, optional } from '../operation.js';
import { INFLUX_OPERATIONS } from './influx.js';
import { OTLP_OPERATIONS } from './otlp.js';
import { PUSHGATEWAY_OPERATIONS } from './pushgateway.js';

const metricRow = z
  .strictObject({
    name: z.string().min(1).describe('The metric.'),
    value: z
      .union([z.number(), z.enum(['NaN', '+Inf', 'Inf', '-Inf', 'stale'])])
      .describe('`stale` ends the series.'),
    labels: z
      .record(z.string(), z.string())
      .nullish()
      .describe('An empty value means that the label is absent.'),
    timestamp: z
      .union([z.int(), z.iso.datetime({ offset: true })])
      .nullish()
      .describe('Milliseconds since 1970, or RFC 3339; now where it is not given.'),
    type: z
      .enum(['counter', 'gauge', 'histogram', 'summary', 'untyped', 'unknown'])
      .nullish()
      .describe('Of the family: a histogram is sent as its `_bucket`, `_sum` and `_count` rows.'),
    help: z.string().nullish().describe('What the metric says, for people.'),
    unit: z.string().nullish(),
  })
  .describe('One sample of one series.');

const stored = z.strictObject({
  status: z.literal('ok'),
  count: z.int().describe('Samples stored.'),
  message: z.string(),
});

const codeCounts = z.record(z.string(), z.int()).describe('By error code.');
const time = z.iso.datetime();

const ingestStatus = z.strictObject({
  status: z.literal('ok'),
  since: time.describe('When counting began.'),
  protocols: z.array(
    z.strictObject({
      protocol: z
        .enum(PROTOCOLS)
        .describe('`embedded` is what a host writes without HTTP; `self` are the own metrics.'),
      requests: z.strictObject({
        received: z.int(),
        refused: codeCounts.describe('Refused as a whole, by error code.'),
      }),
      samples: z.strictObject({ accepted: z.int(), refused: codeCounts }),
      exemplars: z
        .strictObject({ accepted: z.int(), refused: z.int() })
        .describe('Those that a decoder could not read are refused rows of samples.'),
      lastRequest: time.optional(),
      lastAccepted: time.optional().describe('When samples were last stored.'),
      lastError: z
        .strictObject({
          time,
          code: z.string(),
          message: z.string(),
          place: z
            .record(z.string(), z.unknown())
            .describe(
              'Of a refused row its number and, in text, its column; else what the error says of it.',
            ),
        })
        .optional()
        .describe('Why a request was last refused, or the first refused row of the last that had some.'),
    }),
  ),
});

const STORED_ALL = { status: 204, about: 'Everything is stored.' };

/** Of answers to version 2.0 only. */
const WRITTEN = {
  'X-Prometheus-Remote-Write-Samples-Written': optional(z.int(), 'Samples stored, of version 2.0.'),
  'X-Prometheus-Remote-Write-Histograms-Written': optional(z.int(), 'Native histograms stored: 0.'),
  'X-Prometheus-Remote-Write-Exemplars-Written': optional(z.int(), 'Exemplars kept.'),
};

export const INGEST: OperationGroup = {
  name: 'Write samples',
  about:
    'An answer comes when what it says is on the disk (`storage.durability`). Rows that are refused do not take others with them: the error names them, what was valid is stored, and sending the same again changes nothing. JSON and text may be compressed with gzip or deflate.',
  operations: [
    {
      id: 'ingestJson',
      path: '/v1/ingest',
      methods: ['POST'],
      summary: 'Store samples written as JSON',
      about:
        'Unknown keys are refused with the nearest known one. null counts as not given for everything but `name` and `value`.',
      body: {
        about: 'Metrics, each with a value.',
        content: { 'application/json': z.strictObject({ metrics: z.array(metricRow) }) },
        example: {
          metrics: [{ name: 'jobs_done_total', type: 'counter', value: 42, labels: { queue: 'mail' } }],
        },
      },
      answers: [
        {
          status: 200,
          about: 'Everything is stored.',
          type: 'application/json',
          schema: stored,
          example: { status: 'ok', count: 1, message: 'stored 1 sample' },
        },
      ],
      errors: {
        style: 'tinyobs',
        codes: [
          ...BODY_ERRORS,
          'malformed_json',
          'unsupported_media_type',
          'invalid_row',
          ...SAMPLE_ERRORS,
          ...WRITE_ERRORS,
        ],
        listsRows: true,
      },
      curl: `{url}/v1/ingest -H 'Content-Type: application/json' \\
  -d '{"metrics":[{"name":"jobs_done_total","type":"counter","value":42,"labels":{"queue":"mail"}}]}'`,
    },
    {
      id: 'importPrometheus',
      path: '/api/v1/import/prometheus',
      methods: ['POST', 'PUT'],
      summary: 'Store samples written as Prometheus text or OpenMetrics',
      about:
        'The content type `application/openmetrics-text` means OpenMetrics 1.0, any other and none the text format 0.0.4. OpenMetrics that does not end with `# EOF` was cut and is refused as a whole, by `malformed_body`.',
      parameters: {
        timestamp: optional(
          z.int().min(0),
          'Milliseconds since 1970 for lines that have no time; now where it is not given or 0.',
        ),
      },
      body: {
        about: 'Lines of samples and comments, with the quoted names of Prometheus 3.',
        content: { 'text/plain': z.string(), 'application/openmetrics-text': z.string() },
        example: '# TYPE jobs_waiting gauge\njobs_waiting{queue="mail"} 7\n',
      },
      answers: [STORED_ALL],
      errors: {
        style: 'tinyobs',
        codes: [
          ...BODY_ERRORS,
          'unsupported_media_type',
          'invalid_parameter',
          'invalid_text_line',
          ...SAMPLE_ERRORS,
          ...WRITE_ERRORS,
        ],
        listsRows: true,
      },
      curl: `{url}/api/v1/import/prometheus \\
  --data-binary 'jobs_waiting{queue="mail"} 7'`,
    },
    {
      id: 'remoteWrite',
      path: '/api/v1/write',
      methods: ['POST'],
      summary: 'Store samples sent by Prometheus remote write 1.0 or 2.0',
      about:
        'The `Content-Type` says which version it is: `application/x-protobuf` is 1.0, with `;proto=io.prometheus.write.v2.Request` it is 2.0; the header `X-Prometheus-Remote-Write-Version` is not looked at. Whatever is wrong with the request itself is 4xx, which senders do not repeat. Native histograms are refused by `invalid_value`. Where a counter, or what a histogram or summary counts, says in 2.0 when it began (`start_timestamp`, or `created_timestamp` of the release candidates), a sample of value 0 is stored at that time: once, where it is at most a day before the first sample of a new series or of a new beginning, and among nothing that is there already. It is in no count of the answer. To a request of 2.0 errors have the headers as well, 0 where nothing is stored.',
      body: {
        about:
          'A `prometheus.WriteRequest` (1.0) or an `io.prometheus.write.v2.Request` (2.0) as protobuf, compressed with the block format of snappy.',
        content: { 'application/x-protobuf': z.string().meta({ contentEncoding: 'binary' }) },
      },
      answers: [{ ...STORED_ALL, headers: WRITTEN }],
      errors: {
        style: 'tinyobs',
        codes: [
          ...BODY_ERRORS,
          'unsupported_media_type',
          'invalid_parameter',
          'invalid_row',
          ...SAMPLE_ERRORS,
          ...WRITE_ERRORS,
        ],
        listsRows: true,
      },
      curl: `{url}/api/v1/write --data-binary @request.snappy \\
  -H 'Content-Type: application/x-protobuf' -H 'Content-Encoding: snappy' \\
  -H 'X-Prometheus-Remote-Write-Version: 0.1.0'`,
    },
    ...OTLP_OPERATIONS,
    ...PUSHGATEWAY_OPERATIONS,
    ...INFLUX_OPERATIONS,
    {
      id: 'ingestStatus',
      path: '/v1/ingest/status',
      methods: ['GET'],
      summary: 'Tell what came in by each protocol, and what was refused and why',
      about:
        'Requests that did not get as far as a decoder, for want of a key or for their number, are counted in `tinyobs_access_refused_total` and `tinyobs_http_requests_total`.',
      answers: [
        {
          status: 200,
          about: 'Each protocol, whether it was used or not.',
          type: 'application/json',
          schema: ingestStatus,
          example: {
            status: 'ok',
            since: '2026-11-21T05:00:00.000Z',
            protocols: [
              {
                protocol: 'text',
                requests: { received: 12, refused: {} },
                samples: { accepted: 340, refused: { invalid_value: 1 } },
                exemplars: { accepted: 8, refused: 0 },
                lastRequest: '2026-11-21T05:59:50.000Z',
                lastAccepted: '2026-11-21T05:59:50.000Z',
                lastError: {
                  code: 'invalid_value',
                  message: "column 14: expected a number, NaN, +Inf or -Inf; found 's'",
                  place: { row: 7, column: 14 },
                  time: '2026-11-21T05:12:10.000Z',
                },
              },
            ],
          },
        },
      ],
      errors: { style: 'tinyobs', codes: [] },
      curl: '{url}/v1/ingest/status',
    },
  ],
};
