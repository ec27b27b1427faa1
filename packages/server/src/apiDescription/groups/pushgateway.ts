import { z } from 'zod';
import { BODY_ERRORS, SAMPLE_ERRORS, WRITE_ERRORS } from '../errorCodes.js';
import { type Operation, required } from '../operation.js';
import { labels, success } from '../shapes.js';

const family = z.strictObject({
  time_stamp: z.iso.datetime().describe('When it was pushed.'),
  type: z.enum(['COUNTER', 'GAUGE', 'HISTOGRAM', 'SUMMARY', 'UNTYPED']),
  help: z.string().optional(),
  metrics: z.array(
    z.strictObject({
      labels,
      value: z.string().optional(),
      buckets: z.record(z.string(), z.string()).optional(),
      quantiles: z.record(z.string(), z.string()).optional(),
      count: z.string().optional(),
      sum: z.string().optional(),
    }),
  ),
});

const pushgatewayGroup = z
  .object({ labels, last_push_successful: z.boolean() })
  .catchall(family)
  .describe('Beside these keys one for each metric.');

const listed = z.strictObject({
  labels,
  pushed: z.iso.datetime().optional().describe('When it was last pushed.'),
  failed: z.iso.datetime().optional().describe('When a push of it last had to be refused.'),
  expires: z.iso
    .datetime()
    .optional()
    .describe('When it goes by `pushgateway.ttl` unless it is pushed again.'),
  metrics: z.int(),
  series: z.int(),
});

const PUSH_CODES = [
  ...BODY_ERRORS,
  'unsupported_media_type',
  'invalid_parameter',
  'invalid_text_line',
  'invalid_row',
  ...SAMPLE_ERRORS,
  ...WRITE_ERRORS,
  'too_many_documents',
] as const;

const group = required(z.string(), '`<job>{/<label>/<value>}`: the labels by which the group is known.');

const change = (suffix: string, path: string, about: string): Operation[] => [
  {
    id: `push${suffix}`,
    path,
    methods: ['PUT', 'POST'],
    summary: 'Push a group of metrics, as to a Pushgateway',
    about,
    pathParameters: { group },
    body: {
      about:
        'The text format or, where the content type says so, OpenMetrics, without timestamps. All of it is taken or nothing.',
      content: { 'text/plain': z.string(), 'application/openmetrics-text': z.string() },
      example: '# TYPE backup_size_bytes gauge\nbackup_size_bytes 5e9\n',
    },
    answers: [{ status: 200, about: 'It is stored.' }],
    errors: { style: 'tinyobs', codes: PUSH_CODES, listsRows: true },
    curl: `{url}${path.replace('*group', 'YmFja3Vw')} --data-binary 'backup_size_bytes 5e9'`,
  },
  {
    id: `deletePushed${suffix}`,
    path,
    methods: ['DELETE'],
    summary: 'Delete a group of pushed metrics',
    about: 'Its series end now; what was stored of them stays. Also where there is no such group.',
    pathParameters: { group },
    answers: [{ status: 202, about: 'There is no such group any more.' }],
    errors: { style: 'tinyobs', codes: ['invalid_parameter', ...WRITE_ERRORS] },
    curl: `-X DELETE {url}${path.replace('*group', 'YmFja3Vw')}`,
  },
];

export const PUSHGATEWAY_OPERATIONS: readonly Operation[] = [
  ...change(
    '',
    '/metrics/job/*group',
    'PUT replaces the group, POST replaces those of its metrics that are pushed. The group is what the path says: a job, and any labels with their values; `@base64` behind a name means that its value is in base64 for URLs. What is pushed stays, and is found by every query, until it is replaced, deleted or past `pushgateway.ttl`, also after a restart. Series that a limit refuses are not in the group.',
  ),
  ...change('Base64', '/metrics/job@base64/*group', 'The same with the job in base64 for URLs.'),
  {
    id: 'pushgatewayMetrics',
    path: '/api/v1/metrics',
    methods: ['GET'],
    summary: 'List what was pushed, as a Pushgateway does',
    answers: [
      {
        status: 200,
        about: 'All groups with their metrics.',
        type: 'application/json',
        schema: success(z.array(pushgatewayGroup)),
        example: {
          status: 'success',
          data: [
            {
              labels: { job: 'backup' },
              last_push_successful: true,
              backup_size_bytes: {
                time_stamp: '2026-11-21T05:00:00.000Z',
                type: 'GAUGE',
                metrics: [{ labels: { instance: '', job: 'backup' }, value: '5e+09' }],
              },
            },
          ],
        },
      },
    ],
    errors: { style: 'prometheus', codes: [] },
    curl: '{url}/api/v1/metrics',
  },
  {
    id: 'pushedGroups',
    path: '/v1/pushgateway/groups',
    methods: ['GET'],
    summary: 'List the groups that were pushed',
    answers: [
      {
        status: 200,
        about: 'All groups, without values.',
        type: 'application/json',
        schema: z.strictObject({ status: z.literal('ok'), groups: z.array(listed) }),
        example: {
          status: 'ok',
          groups: [{ labels: { job: 'backup' }, pushed: '2026-11-21T05:00:00.000Z', metrics: 1, series: 1 }],
        },
      },
    ],
    errors: { style: 'tinyobs', codes: [] },
    curl: '{url}/v1/pushgateway/groups',
  },
];
