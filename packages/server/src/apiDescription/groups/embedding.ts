import { z } from 'zod';
import { newGrantSchema } from '../../access/keyRecord.js';
import { panelSchema } from '../../dashboards/dashboardSchema.js';
import { BODY_ERRORS, WRITE_ERRORS } from '../errorCodes.js';
import { type Answer, type OperationGroup, optional, required } from '../operation.js';
import { duration, time } from '../shapes.js';
import { EXAMPLE_PANEL } from './dashboards.js';
import { EVALUATION_ERRORS, evaluationAnswer } from './query.js';

const values = z
  .record(z.string(), z.array(z.string()))
  .describe('What is chosen of the variables of the dashboard, by name; `$__all` for all.');

const grantFields = {
  id: z.string(),
  status: z.enum(['valid', 'expired', 'revoked']),
  created: z.iso.datetime(),
  expires: z.iso.datetime(),
  revoked: z.iso.datetime().optional(),
  values,
  by: z.string().describe('Id of the key it was made with, with which it ends.'),
};

const grant = z
  .strictObject(grantFields)
  .meta({ id: 'Grant', description: 'All of a key for one panel but its text.' });

const EXAMPLE = {
  id: 'c0ffee5e5510',
  status: 'valid',
  created: '2026-11-21T05:00:00.000Z',
  expires: '2026-12-21T05:00:00.000Z',
  values: { job: ['shop'] },
  by: '7f3a9c1e5b20',
};

const PLACE = {
  id: required(z.string(), 'The id of the dashboard.'),
  panel: required(z.string(), 'The id of the panel.'),
};

const READ_CODES = ['invalid_parameter', 'not_found', 'store_corrupt', 'store_closed'] as const;

const grantAnswer: Answer = {
  status: 200,
  about: 'The grant as it is now.',
  type: 'application/json',
  schema: grant,
  example: { ...EXAMPLE, status: 'revoked', revoked: '2026-11-22T05:00:00.000Z' },
};

const VARIABLES =
  'Variables have the values of the grant. Asked with another key, or where nobody is asked for one, those that the URL gives as `var-<name>=<value>`, several times for several; others are as the dashboard opens.';

export const EMBEDDING: OperationGroup = {
  name: 'Panels in other pages',
  about:
    'What `/embed/<dashboard>/<panel>` asks, the page that others show in a frame. A grant is a key for this panel alone: it reads the panel and the answers of its queries as they are saved, and nothing else.',
  operations: [
    {
      id: 'listGrants',
      path: '/v1/dashboards/:id/panels/:panel/grants',
      methods: ['GET'],
      summary: 'List the grants of a panel, newest first',
      pathParameters: PLACE,
      answers: [
        {
          status: 200,
          about: 'All of them, those that ended included, and whose pages may have the panel in a frame.',
          type: 'application/json',
          schema: z.strictObject({
            status: z.literal('ok'),
            embedOrigins: z.array(z.string()).describe('What `web.embedOrigins` names.'),
            grants: z.array(grant),
          }),
          example: { status: 'ok', embedOrigins: ['https://wiki.example'], grants: [EXAMPLE] },
        },
      ],
      errors: { style: 'tinyobs', codes: READ_CODES },
      curl: '{url}/v1/dashboards/$ID/panels/$PANEL/grants',
    },
    {
      id: 'createGrant',
      path: '/v1/dashboards/:id/panels/:panel/grants',
      methods: ['POST'],
      summary: 'Make a grant of a panel',
      about: 'Its text is in the answer and nowhere else: TinyObs keeps its hash.',
      pathParameters: PLACE,
      body: {
        about: 'What it is to show, and for how long.',
        content: { 'application/json': newGrantSchema },
        example: { values: { job: ['shop'] }, expires: '30d' },
      },
      answers: [
        {
          status: 201,
          about: 'The grant.',
          type: 'application/json',
          schema: z.strictObject({
            ...grantFields,
            key: z.string().describe('What the link has behind its `#`.'),
          }),
          example: { ...EXAMPLE, key: 'tinyobs_c0ffee5e5510_…' },
          headers: { Location: required(z.string(), 'Its path, relative to this one.') },
        },
      ],
      errors: {
        style: 'tinyobs',
        codes: [
          ...BODY_ERRORS,
          ...(['unsupported_media_type', 'malformed_json', 'invalid_parameter', 'not_found'] as const),
          ...(['grant_needless', 'too_many_keys', 'too_many_documents'] as const),
          ...WRITE_ERRORS,
        ],
      },
      curl: `{url}/v1/dashboards/$ID/panels/$PANEL/grants -H 'Content-Type: application/json' \\
  -d '{"values":{"job":["shop"]},"expires":"30d"}'`,
    },
    {
      id: 'revokeGrant',
      path: '/v1/dashboards/:id/panels/:panel/grants/:grant',
      methods: ['DELETE'],
      summary: 'Revoke a grant of a panel',
      about: 'It shows nothing from then on; it stays in the list.',
      pathParameters: { ...PLACE, grant: required(z.string(), 'The id of the grant, not its text.') },
      answers: [grantAnswer],
      errors: { style: 'tinyobs', codes: ['not_found', ...WRITE_ERRORS] },
      curl: '-X DELETE {url}/v1/dashboards/$ID/panels/$PANEL/grants/$GRANT',
    },
    {
      id: 'embeddedPanel',
      path: '/v1/embed/:id/:panel',
      methods: ['GET'],
      summary: 'Read a panel',
      about: `Also with its grant. ${VARIABLES}`,
      pathParameters: PLACE,
      answers: [
        {
          status: 200,
          about: 'The panel, with variables put into its texts.',
          type: 'application/json',
          schema: z.strictObject({ status: z.literal('ok'), panel: panelSchema, values }),
          example: { status: 'ok', panel: EXAMPLE_PANEL, values: { job: ['shop'] } },
        },
      ],
      errors: { style: 'tinyobs', codes: READ_CODES },
      curl: '{url}/v1/embed/$ID/$PANEL',
    },
    {
      id: 'embeddedData',
      path: '/v1/embed/:id/:panel/data',
      methods: ['GET'],
      summary: 'Evaluate a query of a panel',
      about: `Also with the grant of the panel. The query is the one that is saved; a table is evaluated at \`end\`, all else at every step. ${VARIABLES}`,
      pathParameters: PLACE,
      parameters: {
        query: optional(z.int().min(0), 'Its number in the panel; 0, the first, where it is not given.'),
        start: required(time, 'The first step.'),
        end: required(time, 'The last step is at it or before.'),
        step: required(duration, 'From step to step, above 0.'),
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
              resultType: 'matrix',
              result: [{ metric: { route: '/' }, values: [[1795237200, '42']] }],
            },
          },
        },
      ],
      errors: { style: 'tinyobs', codes: [...EVALUATION_ERRORS, 'query_too_many_points', 'not_found'] },
      curl: `-G {url}/v1/embed/$ID/$PANEL/data \\
  -d start=2026-11-21T05:00:00Z -d end=2026-11-21T06:00:00Z -d step=1m`,
    },
  ],
};
