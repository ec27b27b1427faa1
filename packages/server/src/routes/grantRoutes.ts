import { TinyObsError } from '@tinyobs/model';
import { setActionDetail } from '../access/actionDetail.js';
import { type ListedKey, newGrantSchema, parseExpiry } from '../access/keyRecord.js';
import type { KeyRing } from '../access/keyRing.js';
import { keyOf } from '../access/requestKey.js';
import type { Variable } from '../dashboards/dashboardSchema.js';
import type { Dashboards } from '../dashboards/dashboards.js';
import { GRANT_EXPIRY, GRANT_MS_MAX, GRANT_VALUES_BYTES_MAX } from '../dashboards/limits.js';
import { type VariableValues, valuesOf } from '../dashboards/variableValues.js';
import type { BodyLimits } from '../http/body.js';
import { readJson } from '../http/jsonBody.js';
import { invalid } from '../http/parameters.js';
import { sendJson } from '../http/respond.js';
import type { Route } from './route.js';

export interface GrantContext {
  readonly keys: KeyRing;
  readonly dashboards: Dashboards;
  readonly bodies: BodyLimits;
  readonly now: () => number;
  /** Gives the origins whose pages may have a panel in a frame. */
  readonly embedOrigins: () => readonly string[];
}

/** Keys for one panel, by which a page of others shows it to people without a key: made, listed, revoked. */
export function grantRoutes(context: GrantContext): Route[] {
  return [allRoute(context), oneRoute(context)];
}

function allRoute(context: GrantContext): Route {
  const { keys, dashboards, embedOrigins } = context;
  return {
    methods: ['GET', 'POST'],
    path: '/v1/dashboards/:id/panels/:panel/grants',
    errors: 'tinyobs',
    handle: async (request, response, { id, panel }) => {
      const place = await dashboards.panel(id, panel);
      if (request.method !== 'POST') {
        const grants = keys.grantsOf({ dashboard: id, panel }).map(writtenGrant);
        sendJson(response, 200, JSON.stringify({ status: 'ok', embedOrigins: embedOrigins(), grants }));
        return;
      }
      const by = keyOf(request)?.id;
      if (by === undefined) throw needless();
      const { values = {}, expires = GRANT_EXPIRY } = await readJson(request, context.bodies, newGrantSchema);
      requireWithinYear(expires, context.now());
      const { variables, title } = place.dashboard;
      requireValues(values, variables);
      const chosen = valuesOf(variables, (name) => (Object.hasOwn(values, name) ? values[name] : []));
      const name = `${title}: ${place.panel.title}`.slice(0, 100);
      const wanted = { name, scopes: [], expires };
      const { key, listed } = await keys.create(wanted, { dashboard: id, panel, values: chosen, by });
      setActionDetail(request, `${listed.id} until ${listed.expires}: ${name}`);
      response.setHeader('Location', `grants/${listed.id}`);
      sendJson(response, 201, JSON.stringify({ ...writtenGrant(listed), key }));
    },
  };
}

function oneRoute({ keys }: GrantContext): Route {
  return {
    methods: ['DELETE'],
    path: '/v1/dashboards/:id/panels/:panel/grants/:grant',
    errors: 'tinyobs',
    handle: async (_request, response, { id, panel, grant }) => {
      const isOfPanel = keys.grantsOf({ dashboard: id, panel }).some((one) => one.id === grant);
      if (!isOfPanel) {
        throw new TinyObsError('not_found', `the panel has no grant ${JSON.stringify(grant)}; GET lists all`);
      }
      sendJson(response, 200, JSON.stringify(writtenGrant(await keys.revoke(grant))));
    },
  };
}

function writtenGrant({ id, status, created, expires, revoked, grant }: ListedKey) {
  const { values, by } = grant ?? {};
  return { id, status, created, expires, revoked, values, by };
}

/** @throws TinyObsError `invalid_parameter` */
function requireWithinYear(expires: string, nowMs: number): void {
  if (parseExpiry(expires, nowMs) - nowMs <= GRANT_MS_MAX) return;
  throw invalid('expires', `${JSON.stringify(expires)} is more than a year away`);
}

/** @throws TinyObsError `invalid_parameter` */
function requireValues(values: VariableValues, variables: readonly Variable[]): void {
  if (Buffer.byteLength(JSON.stringify(values)) > GRANT_VALUES_BYTES_MAX) {
    throw invalid(
      'values',
      `they have at most ${GRANT_VALUES_BYTES_MAX} bytes as JSON; choose fewer, or all`,
    );
  }
  const unknown = Object.keys(values).find((name) => !variables.some((variable) => variable.name === name));
  if (unknown !== undefined)
    throw invalid('values', `the dashboard has no variable ${JSON.stringify(unknown)}`);
}

function needless(): TinyObsError {
  return new TinyObsError(
    'grant_needless',
    'nobody is asked for a key here, so /embed/<dashboard>/<panel> shows the panel without a grant',
  );
}
