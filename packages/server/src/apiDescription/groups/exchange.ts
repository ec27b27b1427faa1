import { z } from 'zod';
import { READ_ERRORS } from '../errorCodes.js';
import type { OperationGroup } from '../operation.js';

const count = z.int().min(0);

const forwardStatus = z.strictObject({
  status: z.literal('ok'),
  keptBytes: count.describe('On the disk, because a destination has not taken it yet.'),
  destinations: z.array(
    z.strictObject({
      name: z.string(),
      url: z.string(),
      state: z
        .enum(['ok', 'behind', 'failing'])
        .describe('`behind`: samples come faster than they are taken. `failing`: the last attempt failed.'),
      shards: count.describe('Requests that it may be sent at a time.'),
      lagSeconds: z
        .number()
        .describe('Newest sample of the store less the newest that was sent; 0 when all is.'),
      pending: z.strictObject({
        samples: count.describe('In queues.'),
        records: count.describe(
          'Write-ahead records that are not read yet, each of the samples of one commit.',
        ),
      }),
      sent: z.strictObject({ samples: count, bytes: count, metadata: count }),
      dropped: z.strictObject({
        relabeled: count.describe('By `write_relabel_configs`.'),
        too_old: count.describe('By `sample_age_limit`.'),
        forgotten: count.describe('Nothing was kept of their series any more.'),
        refused: count.describe('The destination refused them for good.'),
      }),
      lostRecords: count.describe('Let go, or damaged, before they were sent.'),
      retries: count,
      lastSent: z.iso.datetime().nullable(),
      lastError: z
        .strictObject({ code: z.string(), message: z.string(), time: z.iso.datetime() })
        .nullable()
        .describe('Since the start; older than `lastSent` when it is over.'),
    }),
  ),
});

export const EXCHANGE: OperationGroup = {
  name: 'Exchange with other systems',
  about: 'What others read from here, and what is sent to them: `docs/forwarding.md`.',
  operations: [
    {
      id: 'remoteRead',
      path: '/api/v1/read',
      methods: ['POST'],
      summary: 'Give the samples of selected series to a Prometheus, by remote read',
      about:
        'Raw samples within the times of each query, both inclusive, stale markers among them; series in the order of their labels. Rollups are not read. The first of the accepted response types that is known decides: `SAMPLES`, also where none is named, is one message, bounded by `query.responseBytes`; `STREAMED_XOR_CHUNKS` is a stream of frames, each the length of a `prometheus.ChunkedReadResponse` as a varint, its CRC-32C in four bytes, the highest first, and itself, of at most a mebibyte, with chunks of at most 120 samples. A request has at most 100 queries, 1,000 matchers and a mebibyte.',
      body: {
        about: 'A `prometheus.ReadRequest` as protobuf, compressed with the block format of snappy.',
        content: { 'application/x-protobuf': z.string().meta({ contentEncoding: 'binary' }) },
      },
      answers: [
        {
          status: 200,
          about: 'A `prometheus.ReadResponse`, compressed with the block format of snappy.',
          type: 'application/x-protobuf',
          schema: z.string().meta({ contentEncoding: 'binary' }),
        },
        {
          status: 200,
          about: 'Frames, not compressed.',
          type: 'application/x-streamed-protobuf',
          schema: z.string().meta({ contentEncoding: 'binary' }),
        },
      ],
      errors: {
        style: 'text',
        codes: [
          ...READ_ERRORS,
          'malformed_body',
          'body_too_large',
          'unsupported_encoding',
          'store_busy',
          'invalid_parameter',
          'query_parse',
          'query_execution',
          'query_too_many_series',
          'query_too_many_samples',
          'query_response_too_large',
        ],
      },
      curl: `{url}/api/v1/read --data-binary @query.snappy \\
  -H 'Content-Type: application/x-protobuf' -H 'Content-Encoding: snappy'`,
    },
    {
      id: 'forwardStatus',
      path: '/v1/forward/status',
      methods: ['GET'],
      summary: 'Tell how each destination of remote write fares',
      answers: [
        {
          status: 200,
          about: 'Each destination of `remote_write`, by name.',
          type: 'application/json',
          schema: forwardStatus,
          example: {
            status: 'ok',
            keptBytes: 5120,
            destinations: [
              {
                name: 'far',
                url: 'https://metrics.example/api/v1/write',
                state: 'failing',
                shards: 1,
                lagSeconds: 15,
                pending: { samples: 120, records: 3 },
                sent: { samples: 4200, bytes: 61_000, metadata: 40 },
                dropped: { relabeled: 0, too_old: 0, forgotten: 0, refused: 0 },
                lostRecords: 0,
                retries: 4,
                lastSent: '2026-11-21T05:59:45.000Z',
                lastError: {
                  code: 'forward_unavailable',
                  message: 'https://metrics.example/api/v1/write answered 503',
                  time: '2026-11-21T06:00:00.000Z',
                },
              },
            ],
          },
        },
      ],
      errors: { style: 'tinyobs', codes: [] },
      curl: '{url}/v1/forward/status',
    },
  ],
};
