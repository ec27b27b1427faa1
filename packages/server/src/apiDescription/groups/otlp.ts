import { z } from 'zod';
import { BODY_ERRORS, WRITE_ERRORS } from '../errorCodes.js';
import type { Operation } from '../operation.js';

const request = z
  .looseObject({
    resourceMetrics: z.array(z.looseObject({})).optional().describe('Metrics by resource and scope.'),
  })
  .describe('An `ExportMetricsServiceRequest`.');

const response = z.strictObject({
  partialSuccess: z
    .strictObject({
      rejectedDataPoints: z.string().regex(/^\d+$/).describe('Points that were refused.'),
      errorMessage: z.string().describe('The first of them, and why; its code is in it.'),
    })
    .optional()
    .describe('Says what was refused; absent where everything is stored.'),
});

const POINT = {
  timeUnixNano: '1800000000000000000',
  asDouble: 0.25,
  attributes: [{ key: 'queue', value: { stringValue: 'mail' } }],
};

const shared = {
  methods: ['POST'],
  about:
    'What it becomes is in `docs/otlp.md`. Refused points are told beside 200, and sending them again changes nothing; errors are a `google.rpc.Status` in the encoding of the request. What is worth repeating is 429 or 503, a full disk too.',
  body: {
    about: 'Metrics as JSON or protobuf, compressed with gzip or not.',
    content: { 'application/json': request },
    binaryType: 'application/x-protobuf',
    example: {
      resourceMetrics: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
          scopeMetrics: [{ metrics: [{ name: 'queue.fill', unit: '1', gauge: { dataPoints: [POINT] } }] }],
        },
      ],
    },
  },
  answers: [
    {
      status: 200,
      about: 'Everything is stored but what `partialSuccess` says.',
      type: 'application/json',
      binaryType: 'application/x-protobuf',
      schema: response,
      example: {},
    },
  ],
  errors: {
    style: 'otlp',
    codes: [...BODY_ERRORS, 'malformed_json', 'unsupported_media_type', ...WRITE_ERRORS],
  },
} satisfies Partial<Operation>;

/** The two paths where OTLP is taken. */
export const OTLP_OPERATIONS: readonly Operation[] = [
  {
    ...shared,
    id: 'ingestOtlp',
    path: '/v1/metrics',
    summary: 'Store metrics sent by OTLP over HTTP',
    curl: `{url}/v1/metrics -H 'Content-Type: application/json' -d '{"resourceMetrics":[]}'`,
  },
  {
    ...shared,
    id: 'ingestOtlpPrometheus',
    path: '/api/v1/otlp/v1/metrics',
    summary: 'Store metrics sent by OTLP over HTTP, at the path of Prometheus',
    curl: `{url}/api/v1/otlp/v1/metrics -H 'Content-Type: application/x-protobuf' --data-binary ''`,
  },
];
