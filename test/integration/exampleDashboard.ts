import { OPERATION_GROUPS } from '../../packages/server/src/apiDescription/operationGroups.js';
import { rawRequest } from '../testServer.js';

/** The body of an example of the API's description, as JSON. */
export function exampleBody(id: string): string {
  const operations = OPERATION_GROUPS.flatMap((group) => group.operations);
  return JSON.stringify(operations.find((operation) => operation.id === id)?.body?.example);
}

/** Makes the dashboard of the examples, with two versions; its id. */
export async function exampleDashboard(url: string, key: Readonly<Record<string, string>>): Promise<string> {
  const headers = { ...key, 'Content-Type': 'application/json' };
  const body = exampleBody('createDashboard');
  const made = await rawRequest(`${url}/v1/dashboards`, { method: 'POST', headers, body });
  const { id } = JSON.parse(made.body.toString()) as { id: string };
  await rawRequest(`${url}/v1/dashboards/${id}/versions/1`, { method: 'POST', headers: key });
  return id;
}

/** Makes a grant of the panel of that dashboard; its id. */
export async function exampleGrant(
  url: string,
  dashboard: string,
  key: Readonly<Record<string, string>>,
): Promise<string> {
  const headers = { ...key, 'Content-Type': 'application/json' };
  const path = `${url}/v1/dashboards/${dashboard}/panels/panel-1/grants`;
  const made = await rawRequest(path, { method: 'POST', headers, body: exampleBody('createGrant') });
  return (JSON.parse(made.body.toString()) as { id: string }).id;
}
