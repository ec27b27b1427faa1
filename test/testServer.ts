import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type RunningServer, startServer, type TinyObsOptions } from '@tinyobs/server';

/** A real server on a free port with a store in a folder of its own. */
export interface TestServer {
  readonly url: string;
  readonly dataDir: string;
  readonly server: RunningServer;
  /** Closes the server and removes its folder. */
  close(): Promise<void>;
}

export interface QueryAnswer {
  readonly status: 'success' | 'error';
  readonly data: { resultType: string; result: unknown };
  readonly errorType?: string;
  readonly error?: string;
  readonly code?: string;
  readonly warnings?: string[];
}

/** Quiet, without own metrics, rate limit or retention unless the options say otherwise. */
export async function startTestServer(options: TinyObsOptions = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'tinyobs-test-'));
  const server = await startServer({
    listen: '127.0.0.1:0',
    log: { level: 'silent' },
    selfMonitoring: { interval: 'off' },
    ...options,
    storage: { ...options.storage, retention: { raw: 'off', ...options.storage?.retention } },
    limits: { requestsPerMinute: 'off', ...options.limits },
    dataDir,
  });
  return {
    url: server.url,
    dataDir,
    server,
    close: async () => {
      await server.close();
      await rm(dataDir, { recursive: true });
    },
  };
}

export function postJson(url: string, body: unknown): Promise<Response> {
  return fetch(`${url}/v1/ingest`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** Imports Prometheus text and fails the test when a line is refused. */
export async function importText(url: string, text: string): Promise<void> {
  const response = await fetch(`${url}/api/v1/import/prometheus`, { method: 'POST', body: text });
  if (response.status !== 204)
    throw new Error(`import answered ${response.status}: ${await response.text()}`);
}

/** The code of a refused import of Prometheus text; '' when it is taken. */
export async function importRefusal(url: string, text: string): Promise<string> {
  const response = await fetch(`${url}/api/v1/import/prometheus`, { method: 'POST', body: `${text}\n` });
  return response.ok ? '' : ((await response.json()) as { code: string }).code;
}

/** The value of one of the server's own metrics, NaN where there is none. */
export async function metricValue(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(text)?.[1]);
}

/** GET of an API path with parameters; the parsed answer, whatever its status. */
export async function getApi(
  url: string,
  path: string,
  parameters: Readonly<Record<string, string | number>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<QueryAnswer & { httpStatus: number }> {
  const query = new URLSearchParams(
    Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]),
  );
  const response = await fetch(`${url}${path}?${query}`, { headers });
  return { httpStatus: response.status, ...((await response.json()) as QueryAnswer) };
}

/** A request with no header but those given, and its answer as it came: `fetch` would decompress. */
export function rawRequest(
  url: string,
  {
    method = 'GET',
    headers,
    body,
  }: { method?: string; headers: OutgoingHttpHeaders; body?: string | Buffer },
): Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (response) => {
      buffer(response).then(
        (received) =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: received }),
        reject,
      );
    });
    sent.on('error', reject).end(body);
  });
}
