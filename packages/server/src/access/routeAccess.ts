/** What a key may be for. A scope is exactly what it says: none includes another. */
export const SCOPES = ['ingest', 'read', 'admin'] as const;

export type Scope = (typeof SCOPES)[number];

/** What a request needs: a key with the scope, or none. */
export type Access = Scope | 'open';

/**
 * What every route needs. The one place where that is decided: a path that is not here needs `admin`, and paths
 * under `/api` and `/v1` that no route has need a key of any scope to be told so.
 */
export const ROUTE_ACCESS: Readonly<Record<string, Access>> = {
  '/health': 'open',
  '/ready': 'open',
  '/-/healthy': 'open',
  '/-/ready': 'open',
  '/ping': 'open',
  '/v1/health': 'open',
  '/docs': 'open',
  '/v1/openapi.json': 'open',

  '/v1/ingest': 'ingest',
  '/api/v1/import/prometheus': 'ingest',
  '/api/v1/write': 'ingest',
  '/v1/metrics': 'ingest',
  '/api/v1/otlp/v1/metrics': 'ingest',
  '/write': 'ingest',
  '/api/v2/write': 'ingest',
  '/v1/import': 'ingest',
  '/metrics/job/*group': 'ingest',
  '/metrics/job@base64/*group': 'ingest',

  '/v1/whoami': 'read',
  '/metrics': 'read',
  '/federate': 'read',
  '/api/v1/query': 'read',
  '/api/v1/query_range': 'read',
  '/api/v1/query_exemplars': 'read',
  '/api/v1/read': 'read',
  '/api/v1/format_query': 'read',
  '/api/v1/parse_query': 'read',
  '/api/v1/series': 'read',
  '/api/v1/labels': 'read',
  '/api/v1/label/:name/values': 'read',
  '/api/v1/metadata': 'read',
  '/api/v1/rules': 'read',
  '/api/v1/alerts': 'read',
  '/api/v1/targets': 'read',
  '/api/v1/targets/metadata': 'read',
  '/api/v1/scrape_pools': 'read',
  '/api/v1/alertmanagers': 'read',
  '/api/v1/notifications': 'read',
  '/v1/cardinality': 'read',
  '/v1/status': 'read',
  '/v1/ingest/status': 'read',
  '/v1/live': 'read',
  '/v1/dashboards': 'read',
  '/v1/dashboards/:id': 'read',
  '/v1/dashboards/:id/versions': 'read',
  '/v1/dashboards/:id/versions/:version': 'read',
  '/v1/dashboards/:id/panels/:panel/grants': 'read',
  '/v1/dashboards/:id/panels/:panel/grants/:grant': 'read',
  '/v1/embed/:id/:panel': 'read',
  '/v1/embed/:id/:panel/data': 'read',
  '/v1/forward/status': 'read',
  '/api/v1/metrics': 'read',
  '/v1/pushgateway/groups': 'read',
  '/v1/query': 'read',
  '/v1/query/range': 'read',
  '/v1/metrics/list': 'read',
  '/v1/stats': 'read',
  '/v1/export': 'read',
  '/api/v1/status/tsdb': 'read',
  '/api/v1/status/buildinfo': 'read',
  '/api/v1/status/runtimeinfo': 'read',
  '/api/v1/status/flags': 'read',
  '/api/v1/status/walreplay': 'read',

  '/api/v1/status/config': 'admin',

  '/api/v1/admin/flush': 'admin',
  '/api/v1/admin/compact': 'admin',
  '/api/v1/admin/tsdb/delete_series': 'admin',
  '/api/v1/admin/tsdb/clean_tombstones': 'admin',
  '/-/reload': 'admin',
  '/v1/keys': 'admin',
  '/v1/keys/:id': 'admin',
  '/v1/audit': 'admin',
  '/v1/config': 'admin',
  '/v1/queries': 'admin',
  '/v1/queries/:id': 'admin',
  '/debug/cpu-profile': 'admin',
  '/debug/heap-snapshot': 'admin',
};

/** What of them is read with one scope, and changed with another. */
const CHANGE_ACCESS: Readonly<Record<string, Scope>> = {
  '/v1/dashboards': 'admin',
  '/v1/dashboards/:id': 'admin',
  '/v1/dashboards/:id/versions/:version': 'admin',
};

/** What a key for one panel may ask for, where the path names that panel; beside these it opens nothing. */
export const PANEL_PATHS: ReadonlySet<string> = new Set([
  '/v1/embed/:id/:panel',
  '/v1/embed/:id/:panel/data',
]);

/** What is written down when it changes something, although it takes no administrator. */
const NOTED: ReadonlySet<string> = new Set([
  '/v1/dashboards/:id/panels/:panel/grants',
  '/v1/dashboards/:id/panels/:panel/grants/:grant',
]);

/** Methods that change something where they are taken. */
const CHANGING: ReadonlySet<string> = new Set(['POST', 'PUT', 'DELETE']);

export function accessOf(path: string, method: string): Access {
  if (CHANGING.has(method) && Object.hasOwn(CHANGE_ACCESS, path)) return CHANGE_ACCESS[path];
  return Object.hasOwn(ROUTE_ACCESS, path) ? ROUTE_ACCESS[path] : 'admin';
}

/** Whether the audit log says of a request to this path that it was there. */
export function isNoted(path: string, method: string): boolean {
  if (method === 'GET' || method === 'HEAD') return path.startsWith('/debug/');
  return accessOf(path, method) === 'admin' || NOTED.has(path);
}
