import { z } from 'zod';
import { changeSchema, dashboardSchema, newDashboardSchema } from '../../dashboards/dashboardSchema.js';
import { BODY_ERRORS, WRITE_ERRORS } from '../errorCodes.js';
import { type Answer, type OperationGroup, required } from '../operation.js';

const savedFields = {
  version: z.int().min(1).describe('Its number; each saving gives the next.'),
  saved: z.iso.datetime(),
  by: z.string().describe('Id of the key it was saved with; `none` where nobody is asked for one.'),
};

const listedFields = { id: z.string(), title: z.string(), tags: z.array(z.string()), ...savedFields };

const listed = z
  .strictObject(listedFields)
  .meta({ id: 'ListedDashboard', description: 'What lists say of a dashboard.' });

const EXAMPLE = {
  id: '7f3a9c1e5b20',
  title: 'Shop',
  tags: ['production'],
  version: 3,
  saved: '2026-11-21T05:00:00.000Z',
  by: 'configuration',
};

export const EXAMPLE_PANEL = {
  ...{ id: 'panel-1', kind: 'graph', title: 'Requests of $job', description: '', x: 0, y: 0, w: 12, h: 8 },
  queries: [
    { expr: 'sum by (route) (rate(http_requests_total{job="$job"}[$__rate_interval]))', legend: '{{route}}' },
  ],
  ...{ unit: 'perSecond', thresholds: [], look: 'line', legend: 'list', text: '', repeat: '', perRow: 4 },
};

const EXAMPLE_VARIABLE = {
  ...{ name: 'job', label: '', kind: 'custom', labelName: '', selector: '', regex: '' },
  ...{ values: ['shop', 'pay'], isMulti: false, hasAll: false },
};

const EXAMPLE_DASHBOARD = {
  title: 'Shop',
  description: '',
  tags: ['production'],
  range: '6h',
  variables: [EXAMPLE_VARIABLE],
  panels: [EXAMPLE_PANEL],
};

const savedAnswer: Answer = {
  status: 200,
  about: 'What was saved.',
  type: 'application/json',
  schema: z.strictObject({ status: z.literal('ok'), ...listedFields }),
  example: { status: 'ok', ...EXAMPLE },
};

const wholeAnswer: Answer = {
  status: 200,
  about: 'The dashboard.',
  type: 'application/json',
  schema: z.strictObject({
    status: z.literal('ok'),
    id: z.string(),
    ...savedFields,
    dashboard: dashboardSchema,
  }),
  example: {
    status: 'ok',
    id: EXAMPLE.id,
    version: EXAMPLE.version,
    saved: EXAMPLE.saved,
    by: EXAMPLE.by,
    dashboard: EXAMPLE_DASHBOARD,
  },
};

const ID = { id: required(z.string(), 'The id of the dashboard.') };
const VERSION = {
  ...ID,
  version: required(z.int().min(1), 'The number of one of the versions that are kept.'),
};
const READ_CODES = ['invalid_parameter', 'not_found', 'store_corrupt', 'store_closed'] as const;
const BODY_CODES = [
  ...BODY_ERRORS,
  'unsupported_media_type',
  'malformed_json',
  'invalid_parameter',
  'too_many_documents',
  ...WRITE_ERRORS,
] as const;
const RESTORE_CODES = ['invalid_parameter', 'not_found', 'too_many_documents', ...WRITE_ERRORS] as const;

const DEFAULTS =
  'Of a dashboard only `title` must be there, of a variable `name`, of a query `expr`, of a threshold `from` and `role`: the rest has defaults, and panels without a place come below the others.';

export const DASHBOARDS: OperationGroup = {
  name: 'Dashboards',
  about:
    'What the dashboard shows and edits: up to 500 of 128 KiB each, with their last 20 versions. Reading takes the scope `read`, changing `admin`.',
  operations: [
    {
      id: 'listDashboards',
      path: '/v1/dashboards',
      methods: ['GET'],
      summary: 'List dashboards, by title',
      answers: [
        {
          status: 200,
          about: 'All of them, without their panels.',
          type: 'application/json',
          schema: z.strictObject({ status: z.literal('ok'), dashboards: z.array(listed) }),
          example: { status: 'ok', dashboards: [EXAMPLE] },
        },
      ],
      errors: { style: 'tinyobs', codes: ['store_corrupt', 'store_closed'] },
      curl: '{url}/v1/dashboards',
    },
    {
      id: 'createDashboard',
      path: '/v1/dashboards',
      methods: ['POST'],
      summary: 'Make a dashboard',
      body: {
        about: `The dashboard; the server gives it an id. ${DEFAULTS} A file that the dashboard exported is taken as it is.`,
        content: { 'application/json': newDashboardSchema },
        example: { dashboard: EXAMPLE_DASHBOARD },
      },
      answers: [
        {
          ...savedAnswer,
          status: 201,
          headers: { Location: required(z.string(), 'Its path, relative to this one.') },
        },
      ],
      errors: { style: 'tinyobs', codes: BODY_CODES },
      curl: `{url}/v1/dashboards -H 'Content-Type: application/json' -d @dashboard.json`,
    },
    {
      id: 'getDashboard',
      path: '/v1/dashboards/:id',
      methods: ['GET'],
      summary: 'Read a dashboard',
      pathParameters: ID,
      answers: [wholeAnswer],
      errors: { style: 'tinyobs', codes: READ_CODES },
      curl: '{url}/v1/dashboards/$ID',
    },
    {
      id: 'saveDashboard',
      path: '/v1/dashboards/:id',
      methods: ['PUT'],
      summary: 'Save a dashboard',
      about:
        'As its next version. Where the newest version is not the one that was changed, nothing is saved: `dashboard_conflict` says who has saved it, and when.',
      pathParameters: ID,
      body: {
        about: `The dashboard, and the version it was made from. ${DEFAULTS}`,
        content: { 'application/json': changeSchema },
        example: { version: 2, dashboard: EXAMPLE_DASHBOARD },
      },
      answers: [savedAnswer],
      errors: { style: 'tinyobs', codes: [...BODY_CODES, 'not_found', 'dashboard_conflict'] },
      curl: `-X PUT {url}/v1/dashboards/$ID -H 'Content-Type: application/json' -d @change.json`,
    },
    {
      id: 'deleteDashboard',
      path: '/v1/dashboards/:id',
      methods: ['DELETE'],
      summary: 'Delete a dashboard with all its versions',
      pathParameters: ID,
      answers: [{ status: 204, about: 'It is gone.' }],
      errors: { style: 'tinyobs', codes: ['invalid_parameter', 'not_found', ...WRITE_ERRORS] },
      curl: '-X DELETE {url}/v1/dashboards/$ID',
    },
    {
      id: 'listDashboardVersions',
      path: '/v1/dashboards/:id/versions',
      methods: ['GET'],
      summary: 'List the versions that are kept of a dashboard, newest first',
      pathParameters: ID,
      answers: [
        {
          status: 200,
          about: 'Each with the title it had.',
          type: 'application/json',
          schema: z.strictObject({
            status: z.literal('ok'),
            versions: z.array(z.strictObject({ title: z.string(), ...savedFields })),
          }),
          example: {
            status: 'ok',
            versions: [{ version: 3, title: 'Shop', saved: EXAMPLE.saved, by: EXAMPLE.by }],
          },
        },
      ],
      errors: { style: 'tinyobs', codes: READ_CODES },
      curl: '{url}/v1/dashboards/$ID/versions',
    },
    {
      id: 'getDashboardVersion',
      path: '/v1/dashboards/:id/versions/:version',
      methods: ['GET'],
      summary: 'Read a version of a dashboard',
      pathParameters: VERSION,
      answers: [wholeAnswer],
      errors: { style: 'tinyobs', codes: READ_CODES },
      curl: '{url}/v1/dashboards/$ID/versions/2',
    },
    {
      id: 'restoreDashboardVersion',
      path: '/v1/dashboards/:id/versions/:version',
      methods: ['POST'],
      summary: 'Save a version of a dashboard again, as its newest',
      pathParameters: VERSION,
      answers: [savedAnswer],
      errors: { style: 'tinyobs', codes: RESTORE_CODES },
      curl: '-X POST {url}/v1/dashboards/$ID/versions/2',
    },
  ],
};
