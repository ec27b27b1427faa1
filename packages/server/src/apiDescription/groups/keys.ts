import { z } from 'zod';
import { keyLimitsSchema, newKeySchema, panelGrantSchema } from '../../access/keyRecord.js';
import { SCOPES } from '../../access/routeAccess.js';
import { BODY_ERRORS, WRITE_ERRORS } from '../errorCodes.js';
import { type OperationGroup, optional, required } from '../operation.js';

const keyFields = {
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  status: z.enum(['valid', 'expired', 'revoked']),
  created: z.iso.datetime(),
  expires: z.iso.datetime().optional(),
  revoked: z.iso.datetime().optional(),
  limits: keyLimitsSchema.optional(),
  grant: panelGrantSchema.optional().describe('The one panel that it shows, where it has no scopes.'),
};

const listedKey = z.strictObject(keyFields).meta({ id: 'Key', description: 'All of a key but its text.' });

const auditEntry = z
  .strictObject({
    seq: z.int().describe('Its number; later entries have larger ones.'),
    time: z.iso.datetime(),
    key: z.string().describe('Id of the key; `none` where nobody is asked for one or none was given.'),
    action: z.string().describe('Method and path, or what was done without a request.'),
    detail: z.string().optional().describe('What it was about, where the path does not say.'),
    from: z.string().describe('Address it came from.'),
    result: z.string().describe('HTTP status or error code.'),
    count: z.int().optional().describe('How many like it the entry stands for, when more than one.'),
  })
  .meta({ id: 'AuditEntry', description: 'What an administrator did, or a key that was refused.' });

const EXAMPLE = {
  id: '7f3a9c1e5b20',
  name: 'shop',
  scopes: ['ingest'],
  status: 'valid',
  created: '2026-11-21T05:00:00.000Z',
};

export const KEYS: OperationGroup = {
  name: 'Keys and the audit log',
  about: 'Requests need a key once the configuration has one (`auth.adminKey`) or one was made here.',
  operations: [
    {
      id: 'whoami',
      path: '/v1/whoami',
      methods: ['GET'],
      summary: 'Tell which key the request came with',
      answers: [
        {
          status: 200,
          about: 'Whether keys are asked for, and the id and scopes of this one.',
          type: 'application/json',
          schema: z.strictObject({
            keyRequired: z.boolean(),
            id: z.string().optional(),
            scopes: z.array(z.enum(SCOPES)).optional(),
          }),
          example: { keyRequired: true, id: '7f3a9c1e5b20', scopes: ['read'] },
        },
      ],
      errors: { style: 'tinyobs', codes: [] },
      curl: '{url}/v1/whoami',
    },
    {
      id: 'listKeys',
      path: '/v1/keys',
      methods: ['GET'],
      summary: 'List keys, newest first',
      answers: [
        {
          status: 200,
          about: 'Every key that was made, those that ended included; never a text.',
          type: 'application/json',
          schema: z.strictObject({ status: z.literal('ok'), keys: z.array(listedKey) }),
          example: { status: 'ok', keys: [EXAMPLE] },
        },
      ],
      errors: { style: 'tinyobs', codes: [] },
      curl: '{url}/v1/keys',
    },
    {
      id: 'createKey',
      path: '/v1/keys',
      methods: ['POST'],
      summary: 'Make a key',
      about: 'Its text is in the answer and nowhere else: TinyObs keeps its hash.',
      body: {
        about: 'What the key is for.',
        content: { 'application/json': newKeySchema },
        example: { name: 'shop', scopes: ['ingest'], expires: '90d' },
      },
      answers: [
        {
          status: 201,
          about: 'The key.',
          type: 'application/json',
          schema: z.strictObject({
            ...keyFields,
            key: z.string().describe('The text to send as `Authorization: Bearer <key>`.'),
          }),
          example: { ...EXAMPLE, key: 'tinyobs_7f3a9c1e5b20_…' },
          headers: { Location: required(z.string(), 'Its path, relative to this one.') },
        },
      ],
      errors: {
        style: 'tinyobs',
        codes: [
          ...BODY_ERRORS,
          'unsupported_media_type',
          'malformed_json',
          'invalid_parameter',
          'too_many_documents',
          ...WRITE_ERRORS,
        ],
      },
      curl: `{url}/v1/keys -H 'Content-Type: application/json' \\
  -d '{"name":"shop","scopes":["ingest"],"expires":"90d"}'`,
    },
    {
      id: 'revokeKey',
      path: '/v1/keys/:id',
      methods: ['DELETE'],
      summary: 'Revoke a key',
      about: 'No request is taken with it from then on; it stays in the list.',
      pathParameters: { id: required(z.string(), 'The id of the key, not its text.') },
      answers: [
        {
          status: 200,
          about: 'The key as it is now.',
          type: 'application/json',
          schema: listedKey,
          example: { ...EXAMPLE, status: 'revoked', revoked: '2026-11-22T05:00:00.000Z' },
        },
      ],
      errors: { style: 'tinyobs', codes: ['not_found', ...WRITE_ERRORS] },
      curl: '-X DELETE {url}/v1/keys/$ID',
    },
    {
      id: 'audit',
      path: '/v1/audit',
      methods: ['GET'],
      summary: 'Tell what administrators did and who was refused',
      parameters: {
        limit: optional(z.int().min(0).max(1000), 'Entries of the answer; 100 where it is 0 or not given.'),
        before: optional(
          z.int().min(0),
          'Only entries with smaller numbers: goes on where the last answer ended.',
        ),
        search: optional(
          z.string(),
          'Only entries that have all of these words, in whatever case, in `action`, `detail`, `key`, `from` or `result`; the whole log is looked through for them.',
        ),
      },
      answers: [
        {
          status: 200,
          about: 'Entries, newest first.',
          type: 'application/json',
          schema: z.strictObject({ status: z.literal('ok'), entries: z.array(auditEntry) }),
          example: {
            status: 'ok',
            entries: [
              {
                seq: 12,
                time: '2026-11-21T05:00:00.000Z',
                key: 'configuration',
                action: 'POST /v1/keys',
                detail: '7f3a9c1e5b20 for ingest: shop',
                from: '127.0.0.1',
                result: '201',
              },
            ],
          },
        },
      ],
      errors: { style: 'tinyobs', codes: ['invalid_parameter', 'store_corrupt'] },
      curl: "'{url}/v1/audit?limit=20'",
    },
  ],
};
