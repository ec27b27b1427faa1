import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postJson, startTestServer, type TestServer } from '../testServer.js';

describe('the limit of indexed series', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ limits: { indexedSeries: 2 } });
  });
  afterAll(() => server.close());

  const rows = (...hosts: string[]) => ({
    metrics: hosts.map((host) => ({ name: 'load', value: 1, labels: { host } })),
  });

  it('refuses new series where samples alone are of as many, and says which limit it is', async () => {
    expect((await postJson(server.url, rows('a', 'b'))).status).toBe(200);
    for (const work of ['flush', 'compact']) {
      const response = await fetch(`${server.url}/api/v1/admin/${work}`, { method: 'POST' });
      expect(response.ok).toBe(true);
    }
    const response = await postJson(server.url, rows('a', 'c', 'b'));
    expect(response.status).toBe(429);
    expect(await response.json()).toMatchObject({
      code: 'too_many_series',
      count: 2,
      refusedCount: 1,
      refused: [
        { row: 1, message: expect.stringMatching(/2 indexed series.*limits\.indexedSeries/) as string },
      ],
    });
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect(text).toMatch(/^tinyobs_storage_indexed_series 2$/m);
    expect(text).toMatch(/^tinyobs_storage_index_bytes [1-9]\d+$/m);
    expect(text).toMatch(/^tinyobs_storage_series_forgotten_total 0$/m);
    expect(text).toMatch(/^tinyobs_storage_series_rollups_dropped_total 0$/m);
  });
});
