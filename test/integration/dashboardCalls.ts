import { exampleBody } from './exampleDashboard.js';

/** Makes a call, which must be answered with the status, and gives what its answer says. */
type Call = (status: number, method: string, path: string, body?: object) => Promise<{ readonly id: string }>;

/** Calls everything there is for dashboards. */
export async function callDashboards(call: Call): Promise<void> {
  const dashboard = { title: 'Shop', description: '', tags: ['a'], range: '6h', variables: [], panels: [] };
  const { id } = await call(201, 'POST', '/v1/dashboards', { dashboard });
  const path = `/v1/dashboards/${id}`;
  await call(200, 'GET', '/v1/dashboards');
  await call(200, 'GET', path);
  await call(200, 'PUT', path, { version: 1, dashboard });
  await call(409, 'PUT', path, { version: 1, dashboard });
  await call(400, 'PUT', path, { version: 1, dashboard: { ...dashboard, title: '' } });
  await call(200, 'GET', `${path}/versions`);
  await call(200, 'GET', `${path}/versions/1`);
  await call(200, 'POST', `${path}/versions/1`);
  await call(404, 'GET', `${path}/versions/9`);
  await call(204, 'DELETE', path);
  await call(404, 'GET', path);
}

/** The same for single panels in other pages, of the dashboard of the examples. */
export async function callPanels(call: Call, dashboard: string): Promise<void> {
  const grants = `/v1/dashboards/${dashboard}/panels/panel-1/grants`;
  const { id } = await call(201, 'POST', grants, JSON.parse(exampleBody('createGrant')) as object);
  await call(400, 'POST', grants, { expires: '2y' });
  await call(200, 'GET', grants);
  await call(200, 'GET', '/v1/keys');
  const panel = `/v1/embed/${dashboard}/panel-1`;
  await call(200, 'GET', panel);
  await call(404, 'GET', `/v1/embed/${dashboard}/panel-2`);
  await call(200, 'GET', `${panel}/data?start=0&end=60&step=60`);
  await call(400, 'GET', `${panel}/data?start=0&end=60&step=60&query=1`);
  await call(200, 'DELETE', `${grants}/${id}`);
  await call(404, 'DELETE', `${grants}/none`);
}
