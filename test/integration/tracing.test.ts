import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { createTinyObs, type TinyObs } from '@tinyobs/server';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testServer.js';
import { WAYS_IN } from '../waysIn.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const TRACEPARENT = { traceparent: `00-${TRACE}-b7ad6b7169203331-01` };

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

beforeAll(() => provider.register());
afterEach(() => exporter.reset());
// Other files share this one's modules, and register providers of their own.
afterAll(() => {
  trace.disable();
  context.disable();
  propagation.disable();
});

function spansOf(traceId: string): ReadableSpan[] {
  return exporter.getFinishedSpans().filter((span) => span.spanContext().traceId === traceId);
}

/** Names of the spans of a trace, each with its parent's; waits for that of the request, which ends last. */
async function treeOf(traceId: string, last: string): Promise<Record<string, string | undefined>> {
  await expect.poll(() => spansOf(traceId).map(({ name }) => name)).toContain(last);
  const spans = spansOf(traceId);
  const nameOf = (id: string | undefined) => spans.find((span) => span.spanContext().spanId === id)?.name;
  return Object.fromEntries(spans.map((span) => [span.name, nameOf(span.parentSpanContext?.spanId)]));
}

function named(name: string, traceId?: string): ReadableSpan {
  const found = exporter
    .getFinishedSpans()
    .find(
      (span) => span.name === name && (traceId ?? span.spanContext().traceId) === span.spanContext().traceId,
    );
  if (!found) throw new Error(`there is no span ${name}`);
  return found;
}

describe('spans of a server', () => {
  let server: TestServer;
  let lines: Record<string, unknown>[];
  const logger = pino({ level: 'debug' }, { write: (line) => void lines.push(JSON.parse(line)) });
  beforeEach(async () => {
    lines = [];
    server = await startTestServer({ logger });
  });
  afterEach(() => server.close());

  it.each(WAYS_IN.map((way) => [way.protocol, way] as const))(
    'tell of samples that come as %s',
    async (_, way) => {
      const rows = [1, 2, 3].map((value) => ({
        name: 'spans',
        labels: { n: String(value) },
        value,
        timeMs: Date.now(),
      }));
      const body = way.encode([...rows, { ...rows[0], timeMs: Date.now() + 1e9 }]);
      const headers = { ...way.headers, ...TRACEPARENT };
      const answer = await fetch(server.url + way.path, {
        method: 'POST',
        headers,
        body: new Uint8Array(body),
      });
      expect(answer.status).toBe(400);
      const request = `POST ${way.path}`;
      expect(await treeOf(TRACE, request)).toEqual({
        [request]: undefined,
        'tinyobs.ingest': request,
        'tinyobs.decode': 'tinyobs.ingest',
        'tinyobs.append': 'tinyobs.ingest',
      });
      expect(named('tinyobs.ingest').attributes).toEqual({
        'tinyobs.protocol': way.protocol,
        'tinyobs.body.bytes': body.length,
        'tinyobs.rows.accepted': 3,
        'tinyobs.rows.refused': 1,
      });
      expect(named('tinyobs.append').attributes).toMatchObject({ 'tinyobs.samples': 3 });
      const { kind, status, attributes } = named(request);
      expect([kind, status.code]).toEqual([SpanKind.SERVER, SpanStatusCode.UNSET]);
      expect(attributes).toEqual({
        'http.request.method': 'POST',
        'http.route': way.path,
        'http.response.status_code': 400,
        'url.path': way.path,
        'tinyobs.request_id': answer.headers.get('x-request-id'),
        'error.type': 'sample_too_new',
      });
    },
  );

  it('tell of samples that come as otlp', async () => {
    const dataPoints = [{ asDouble: 1, timeUnixNano: `${Date.now()}000000` }];
    const metrics = [{ name: 'spans', gauge: { dataPoints } }];
    const body = JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] });
    const headers = { 'Content-Type': 'application/json', ...TRACEPARENT };
    const answer = await fetch(`${server.url}/v1/metrics`, { method: 'POST', headers, body });
    expect(answer.status).toBe(200);
    const request = 'POST /v1/metrics';
    expect(await treeOf(TRACE, request)).toEqual({
      [request]: undefined,
      'tinyobs.ingest': request,
      'tinyobs.decode': 'tinyobs.ingest',
      'tinyobs.append': 'tinyobs.ingest',
    });
    expect(named('tinyobs.ingest').attributes).toMatchObject({
      'tinyobs.protocol': 'otlp',
      'tinyobs.rows.accepted': 1,
      'tinyobs.rows.refused': 0,
    });
  });

  it('tell of queries', async () => {
    const start = 1_700_000_000;
    const text = `vector(1)${' '.repeat(1000)}`;
    const query = new URLSearchParams({ query: text, start: `${start}`, end: `${start + 90}`, step: '30' });
    await fetch(`${server.url}/api/v1/query_range?${query}`, { headers: TRACEPARENT });
    const request = 'GET /api/v1/query_range';
    expect(await treeOf(TRACE, request)).toEqual({ [request]: undefined, 'tinyobs.query': request });
    expect(named('tinyobs.query').attributes).toEqual({
      'db.system.name': 'tinyobs',
      'db.operation.name': 'query_range',
      'db.query.text': `${text.slice(0, 1000)}…`,
      'tinyobs.query.start_ms': start * 1000,
      'tinyobs.query.end_ms': (start + 90) * 1000,
      'tinyobs.query.step_ms': 30_000,
      'tinyobs.query.steps': 4,
      'tinyobs.query.wait_ms': expect.any(Number),
      'tinyobs.query.samples': 0,
      'tinyobs.query.series': 1,
      'tinyobs.query.from_rollups': false,
    });
    expect(named(request).attributes['url.path']).toBe('/api/v1/query_range');
  });

  it('say why a query failed, and the log says in which trace', async () => {
    const slow = encodeURIComponent('quantile_over_time(0.5, vector(time() ^ 2 % 9973)[24h:1s])');
    await fetch(`${server.url}/api/v1/query?timeout=0.001&query=${slow}`, { headers: TRACEPARENT });
    const request = 'GET /api/v1/query';
    await treeOf(TRACE, request);
    const [query, whole] = [named('tinyobs.query'), named(request)];
    for (const span of [query, whole]) {
      expect(span.attributes['error.type']).toBe('query_timeout');
      expect(span.status.code).toBe(SpanStatusCode.ERROR);
    }
    expect(query.events[0].attributes).toMatchObject({
      'exception.type': 'query_timeout',
      'exception.message': expect.stringMatching(/timed out/),
    });
    const requestId = whole.attributes['tinyobs.request_id'];
    const ids = { trace_id: TRACE, span_id: whole.spanContext().spanId, requestId };
    expect(lines.filter((line) => line.requestId === requestId)).toEqual([
      expect.objectContaining({ ...ids, level: 40, msg: expect.stringMatching(/timed out/) }),
      expect.objectContaining({ ...ids, level: 20, msg: 'request answered' }),
    ]);
  });

  it('tell of the work of the store, which is no part of a request', async () => {
    for (let n = 0; n < 2; n++) {
      const body = `a{n="${n}"} ${n} 1700000000000\n`;
      await fetch(`${server.url}/api/v1/import/prometheus`, { method: 'POST', body });
      await fetch(`${server.url}/api/v1/admin/flush`, { method: 'POST', headers: TRACEPARENT });
    }
    await fetch(`${server.url}/api/v1/admin/compact`, { method: 'POST', headers: TRACEPARENT });
    const [flush, compaction] = [named('tinyobs.flush'), named('tinyobs.compaction')];
    expect([flush.parentSpanContext, compaction.parentSpanContext]).toEqual([undefined, undefined]);
    expect(flush.attributes).toEqual({
      'tinyobs.samples': 1,
      'tinyobs.series': 1,
      'tinyobs.runs': 1,
      'tinyobs.blocks': expect.any(Number),
      'tinyobs.bytes': expect.any(Number),
    });
    expect(compaction.attributes).toMatchObject({
      'tinyobs.runs': 2,
      'tinyobs.input.samples': 2,
      'tinyobs.samples': 2,
      'tinyobs.window.start_ms': expect.any(Number),
    });
    const { traceId, spanId } = flush.spanContext();
    expect(lines).toContainEqual(
      expect.objectContaining({ msg: 'head flushed', trace_id: traceId, span_id: spanId }),
    );
  });

  it('are all ended when it is closed, the last flush with them', async () => {
    await fetch(`${server.url}/api/v1/import/prometheus`, { method: 'POST', body: 'a 1\n' });
    await server.server.close();
    const names = exporter.getFinishedSpans().map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['POST /api/v1/import/prometheus', 'tinyobs.flush']));
  });
});

describe('spans of TinyObs in a host', () => {
  let obs: TinyObs;
  let dataDir: string;
  let url: string;
  let close: () => Promise<unknown>;
  const tracer = trace.getTracer('host');
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-traced-'));
    await tracer.startActiveSpan('start of the host', async (start) => {
      const storage = { retention: { raw: 'off' as const } };
      const log = { level: 'silent' as const };
      obs = await createTinyObs({
        dataDir,
        basePath: '/obs',
        log,
        storage,
        selfMonitoring: { interval: '1s' },
      });
      start.end();
    });
    const host = createServer((request, response) => {
      tracer.startActiveSpan('host', { kind: SpanKind.SERVER }, (span) => {
        response.once('close', () => span.end());
        obs.handler(request, response, () => response.writeHead(404).end());
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => host.once('listening', resolve));
    url = `http://127.0.0.1:${(host.address() as AddressInfo).port}/obs`;
    close = () => new Promise((resolve) => host.close(resolve).closeAllConnections());
  });
  afterEach(async () => {
    await close();
    await obs.close();
    await rm(dataDir, { recursive: true });
  });

  it('are parts of those of the host', async () => {
    await fetch(`${url}/api/v1/query?query=1`, { headers: TRACEPARENT });
    await expect.poll(() => exporter.getFinishedSpans().map(({ name }) => name)).toContain('host');
    const { traceId } = named('host').spanContext();
    expect(traceId).not.toBe(TRACE);
    expect(await treeOf(traceId, 'GET /api/v1/query')).toEqual({
      host: undefined,
      'GET /api/v1/query': 'host',
      'tinyobs.query': 'GET /api/v1/query',
    });
    expect(named('GET /api/v1/query').kind).toBe(SpanKind.INTERNAL);
  });

  it('are named by the latencies that TinyObs keeps of itself', async () => {
    await fetch(`${url}/api/v1/query?query=1`);
    await expect.poll(() => exporter.getFinishedSpans().map(({ name }) => name)).toContain('tinyobs.query');
    const { traceId, spanId } = named('tinyobs.query').spanContext();
    const ids = { trace_id: traceId, span_id: spanId };
    const accept = { headers: { Accept: 'application/openmetrics-text; version=1.0.0' } };
    const exposed = await (await fetch(`${url}/metrics`, accept)).text();
    const buckets = exposed
      .split('\n')
      .filter((line) => line.startsWith('tinyobs_query_duration_seconds_bucket'));
    const withExemplar = buckets.filter((line) => line.includes(' # '));
    expect(withExemplar).toEqual([
      expect.stringMatching(new RegExp(`^.* 1 # \\{span_id="${spanId}",trace_id="${traceId}"\\} \\S+ \\S+$`)),
    ]);
    const asked = new URLSearchParams({ query: 'tinyobs_query_duration_seconds_bucket' });
    const stored = async () => {
      const answer = await fetch(`${url}/api/v1/query_exemplars?${asked}`);
      const { data } = (await answer.json()) as { data: { exemplars: { labels: object }[] }[] };
      return data.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels));
    };
    await expect.poll(stored).toEqual([ids]);
  });

  it('have traces of their own where nobody asked, though the host was starting', async () => {
    await expect
      .poll(() => exporter.getFinishedSpans().map(({ name }) => name))
      .toContain('tinyobs.self_monitoring');
    const parents = ['tinyobs.self_monitoring', 'tinyobs.replay'].map(
      (name) => named(name).parentSpanContext,
    );
    expect(parents).toEqual([undefined, undefined]);
    expect(named('tinyobs.append').attributes['tinyobs.protocol']).toBe('self');
  });
});
