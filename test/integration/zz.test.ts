import { it } from 'vitest';
import { startTestServer, importText, getApi } from '../testServer.js';
it('x', async () => {
  const s = await startTestServer();
  await importText(s.url, 'x 1 1700000000000\nx 2 1700000010000\nx 3 1700000020000\nn NaN 1700000000000\n');
  for (const q of ['x @ end()']) console.log(JSON.stringify((await getApi(s.url, '/api/v1/query_range', { query: q, start: 1700000000, end: 1700000020, step: 15 })).data));
  for (const q of ['clamp_min(n, Inf)', 'clamp_max(n, -Inf)', 'minute(n)','clamp(n, Inf, Inf)']) console.log(q, JSON.stringify((await getApi(s.url, '/api/v1/query', { query: q, time: 1700000000 })).data));
  await s.close();
});
