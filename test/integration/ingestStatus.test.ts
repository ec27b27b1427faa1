import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importText, postJson, startTestServer, type TestServer } from '../testServer.js';

const START_MS = Date.UTC(2026, 5, 1);

interface Answer {
  readonly since: string;
  readonly protocols: readonly {
    readonly protocol: string;
    readonly requests: { readonly received: number; readonly refused: Readonly<Record<string, number>> };
    readonly samples: { readonly accepted: number; readonly refused: Readonly<Record<string, number>> };
    readonly exemplars: { readonly accepted: number; readonly refused: number };
    readonly lastRequest?: string;
    readonly lastAccepted?: string;
    readonly lastError?: { readonly code: string; readonly message: string; readonly place: unknown };
  }[];
}

describe('the state of what comes in', () => {
  let server: TestServer;
  let nowMs = START_MS;
  beforeAll(async () => {
    server = await startTestServer({ now: () => nowMs, limits: { seriesPerMetric: 2 } });
  });
  afterAll(() => server.close());

  const ask = async (protocol: string) => {
    const response = await fetch(`${server.url}/v1/ingest/status`);
    expect(response.status).toBe(200);
    const { since, protocols } = (await response.json()) as Answer;
    expect(since).toBe('2026-06-01T00:00:00.000Z');
    return protocols.find((one) => one.protocol === protocol);
  };

  it('names protocols that nobody has used', async () => {
    expect(await ask('remote_write')).toEqual({
      protocol: 'remote_write',
      requests: { received: 0, refused: {} },
      samples: { accepted: 0, refused: {} },
      exemplars: { accepted: 0, refused: 0 },
    });
  });

  it('counts what is taken and what is refused, and keeps the place of the last error', async () => {
    nowMs = START_MS + 1000;
    await importText(server.url, 'a 1\nb 2\n');
    nowMs = START_MS + 2000;
    const body = 'a 3\nb{x="y"} soon\nc nan extra\n';
    await fetch(`${server.url}/api/v1/import/prometheus`, { method: 'POST', body });
    expect(await ask('text')).toEqual({
      protocol: 'text',
      requests: { received: 2, refused: {} },
      samples: { accepted: 3, refused: { invalid_value: 1, invalid_timestamp: 1 } },
      exemplars: { accepted: 0, refused: 0 },
      lastRequest: '2026-06-01T00:00:02.000Z',
      lastAccepted: '2026-06-01T00:00:02.000Z',
      lastError: {
        time: '2026-06-01T00:00:02.000Z',
        code: 'invalid_value',
        message: expect.stringContaining("found 's'") as string,
        place: { row: 2, column: 10 },
      },
    });
  });

  it('counts exemplars', async () => {
    const headers = { 'Content-Type': 'application/openmetrics-text; version=1.0.0' };
    const body = 'b_total 1 # {trace_id="1"} 1\n# EOF\n';
    await fetch(`${server.url}/api/v1/import/prometheus`, { method: 'POST', headers, body });
    expect(await ask('text')).toMatchObject({ exemplars: { accepted: 1, refused: 0 } });
  });

  it('tells of requests that are refused as a whole, and of limits', async () => {
    nowMs = START_MS + 3000;
    await postJson(server.url, '{"metrics":[{"name"');
    expect(await ask('json')).toEqual({
      protocol: 'json',
      requests: { received: 1, refused: { malformed_json: 1 } },
      samples: { accepted: 0, refused: {} },
      exemplars: { accepted: 0, refused: 0 },
      lastRequest: '2026-06-01T00:00:03.000Z',
      lastError: {
        time: '2026-06-01T00:00:03.000Z',
        code: 'malformed_json',
        message: expect.any(String) as string,
        place: { line: 1, column: 20, offset: 19 },
      },
    });
    const metrics = [1, 2, 3].map((i) => ({ name: 'many', value: 1, labels: { i: String(i) } }));
    await postJson(server.url, { metrics });
    expect(await ask('json')).toMatchObject({
      requests: { received: 2 },
      samples: { accepted: 2, refused: { too_many_series_per_metric: 1 } },
      lastError: { code: 'too_many_series_per_metric', place: { row: 2 } },
    });
  });
});
