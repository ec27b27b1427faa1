import { setActionDetail } from '../access/actionDetail.js';
import type { KeyRing } from '../access/keyRing.js';
import { keyOf } from '../access/requestKey.js';
import type { Saved } from '../dashboards/dashboardRecord.js';
import { changeSchema, newDashboardSchema } from '../dashboards/dashboardSchema.js';
import type { Dashboards, ListedDashboard } from '../dashboards/dashboards.js';
import type { BodyLimits } from '../http/body.js';
import type { Request } from '../http/exchange.js';
import { readJson } from '../http/jsonBody.js';
import { invalid } from '../http/parameters.js';
import { sendJson, sendNoContent } from '../http/respond.js';
import type { Route } from './route.js';

export interface DashboardContext {
  readonly keys: KeyRing;
  readonly dashboards: Dashboards;
  readonly bodies: BodyLimits;
}

/** Dashboards: listed, read, saved, with their last versions. */
export function dashboardRoutes(context: DashboardContext): Route[] {
  return [allRoute(context), oneRoute(context), ...versionRoutes(context)];
}

function allRoute({ dashboards, bodies }: DashboardContext): Route {
  return {
    methods: ['GET', 'POST'],
    path: '/v1/dashboards',
    errors: 'tinyobs',
    handle: async (request, response) => {
      if (request.method !== 'POST') {
        const listed = (await dashboards.list()).map(writtenListed);
        sendJson(response, 200, JSON.stringify({ status: 'ok', dashboards: listed }));
        return;
      }
      const { dashboard } = await readJson(request, bodies, newDashboardSchema);
      const made = await dashboards.create(dashboard, savedBy(request));
      setActionDetail(request, `${made.id}: ${made.title}`);
      response.setHeader('Location', `dashboards/${made.id}`);
      sendJson(response, 201, JSON.stringify({ status: 'ok', ...writtenListed(made) }));
    },
  };
}

function oneRoute({ keys, dashboards, bodies }: DashboardContext): Route {
  return {
    methods: ['GET', 'PUT', 'DELETE'],
    path: '/v1/dashboards/:id',
    errors: 'tinyobs',
    handle: async (request, response, { id }) => {
      if (request.method === 'DELETE') {
        await dashboards.delete(id);
        await keys.revokeGrants(id);
        sendNoContent(response);
      } else if (request.method === 'PUT') {
        const { version, dashboard } = await readJson(request, bodies, changeSchema);
        const saved = await dashboards.update(id, dashboard, { version, by: savedBy(request) });
        setActionDetail(request, `version ${saved.version}: ${saved.title}`);
        sendJson(response, 200, JSON.stringify({ status: 'ok', ...writtenListed(saved) }));
      } else {
        sendJson(response, 200, JSON.stringify(writtenWhole(id, await dashboards.get(id))));
      }
    },
  };
}

function versionRoutes({ dashboards }: DashboardContext): Route[] {
  return [
    {
      methods: ['GET'],
      path: '/v1/dashboards/:id/versions',
      errors: 'tinyobs',
      handle: async (_request, response, { id }) => {
        const versions = (await dashboards.versions(id))
          .toReversed()
          .map(({ version, savedMs, by, dashboard }) => ({
            version,
            title: dashboard.title,
            saved: timeOf(savedMs),
            by,
          }));
        sendJson(response, 200, JSON.stringify({ status: 'ok', versions }));
      },
    },
    {
      methods: ['GET', 'POST'],
      path: '/v1/dashboards/:id/versions/:version',
      errors: 'tinyobs',
      handle: async (request, response, { id, version }) => {
        if (request.method === 'POST') {
          const saved = await dashboards.restore(id, parseVersion(version), savedBy(request));
          setActionDetail(request, `as version ${saved.version}: ${saved.title}`);
          sendJson(response, 200, JSON.stringify({ status: 'ok', ...writtenListed(saved) }));
          return;
        }
        const saved = await dashboards.version(id, parseVersion(version));
        sendJson(response, 200, JSON.stringify(writtenWhole(id, saved)));
      },
    },
  ];
}

function savedBy(request: Request): string {
  return keyOf(request)?.id ?? 'none';
}

function writtenListed({ id, title, tags, version, savedMs, by }: ListedDashboard) {
  return { id, title, tags, version, saved: timeOf(savedMs), by };
}

function writtenWhole(id: string, { version, savedMs, by, dashboard }: Saved) {
  return { status: 'ok', id, version, saved: timeOf(savedMs), by, dashboard };
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** @throws TinyObsError `invalid_parameter` */
function parseVersion(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw invalid('version', `${JSON.stringify(text)} is no number of a version`);
}
