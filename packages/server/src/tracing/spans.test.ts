import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
  type TracerConfig,
} from '@opentelemetry/sdk-trace-node';
import { TinyObsError } from '@tinyobs/model';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { flushSpans } from './openTelemetry.js';
import { addTraceHeaders, startRequestSpan } from './requestSpan.js';
import { inSpan, recordFailure, recordingSpan } from './spans.js';
import { sampledTraceIds, traceIds } from './traceIds.js';

const exporter = new InMemorySpanExporter();

function register(config: TracerConfig = {}): NodeTracerProvider {
  const provider = new NodeTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
    ...config,
  });
  provider.register();
  return provider;
}

function finished(name: string): ReadableSpan {
  const [span, ...others] = exporter.getFinishedSpans().filter((one) => one.name === name);
  expect([name, span !== undefined, others.length]).toEqual([name, true, 0]);
  return span;
}

beforeEach(() => exporter.reset());
afterEach(() => {
  trace.disable();
  context.disable();
});

describe('without a provider', () => {
  it('work is just done', async () => {
    expect(inSpan('a', () => 7)).toBe(7);
    await expect(inSpan('a', async () => 7)).resolves.toBe(7);
    expect(() =>
      inSpan('a', () => {
        throw new Error('as it was');
      }),
    ).toThrow('as it was');
    expect([traceIds(), sampledTraceIds(), recordingSpan()]).toEqual([undefined, undefined, undefined]);
    expect(startRequestSpan(arrived())).toBeUndefined();
    await flushSpans();
  });

  it('spans are made from when one is registered', () => {
    inSpan('too early', () => undefined);
    register();
    inSpan('in time', () => undefined);
    expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['in time']);
  });

  it('without its contexts none is made, since no span would find its parent', () => {
    const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    provider.register({ contextManager: null });
    inSpan('a', () => undefined);
    expect(exporter.getFinishedSpans()).toEqual([]);
  });
});

describe('a span', () => {
  it('ends with what its work promised, and is the parent of what is done there', async () => {
    register();
    let endOfWork: () => void = () => undefined;
    const work = new Promise<void>((resolve) => {
      endOfWork = resolve;
    });
    const done = inSpan('outer', async () => {
      await work;
      await inSpan('inner', async () => recordingSpan()?.setAttribute('figure', 3));
    });
    expect(exporter.getFinishedSpans()).toEqual([]);
    endOfWork();
    await done;
    const [inner, outer] = [finished('inner'), finished('outer')];
    expect(inner.parentSpanContext?.spanId).toBe(outer.spanContext().spanId);
    expect(inner.attributes).toEqual({ figure: 3 });
    expect([outer.instrumentationScope.name, outer.kind, outer.status.code]).toEqual([
      'tinyobs',
      SpanKind.INTERNAL,
      SpanStatusCode.UNSET,
    ]);
  });

  it('says what went wrong by its code, thrown or promised', async () => {
    register();
    const busy = new TinyObsError('store_busy', 'no room');
    expect(() =>
      inSpan('thrown', () => {
        throw busy;
      }),
    ).toThrow(busy);
    await expect(inSpan('promised', () => Promise.reject(busy))).rejects.toBe(busy);
    await expect(inSpan('defect', () => Promise.reject(new TypeError('x is not y')))).rejects.toThrow('x is');
    inSpan('told', () => recordFailure(busy));
    for (const name of ['thrown', 'promised', 'told']) {
      const { attributes, status, events } = finished(name);
      expect(attributes).toEqual({ 'error.type': 'store_busy' });
      expect(status).toEqual({ code: SpanStatusCode.ERROR, message: 'no room' });
      expect(events[0].attributes).toMatchObject({
        'exception.type': 'store_busy',
        'exception.message': 'no room',
      });
    }
    expect(finished('defect').attributes).toEqual({ 'error.type': 'internal' });
  });

  it('is a root where it says so, and began when it says', () => {
    register();
    const startTime = Date.now() - 5000;
    inSpan('request', () => inSpan('background', () => undefined, { root: true, startTime }));
    const background = finished('background');
    expect(background.parentSpanContext).toBeUndefined();
    expect(background.spanContext().traceId).not.toBe(finished('request').spanContext().traceId);
    expect(background.duration[0]).toBeGreaterThanOrEqual(4);
  });

  it('names its trace, and whether that is kept', () => {
    register();
    const ids = inSpan('kept', () => [traceIds(), sampledTraceIds()]);
    const { traceId, spanId } = finished('kept').spanContext();
    expect(ids).toEqual([
      { trace_id: traceId, span_id: spanId },
      { trace_id: traceId, span_id: spanId },
    ]);
    trace.disable();
    register({ sampler: new AlwaysOffSampler() });
    const dropped = inSpan('dropped', () => [traceIds(), sampledTraceIds(), recordingSpan()]);
    expect(dropped).toEqual([
      { trace_id: expect.any(String), span_id: expect.any(String) },
      undefined,
      undefined,
    ]);
  });
});

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const TRACEPARENT = `00-${TRACE}-b7ad6b7169203331-01`;

function arrived(headers: Record<string, string> = {}) {
  return { method: 'GET', url: '/api/v1/query?query=secret', requestId: 'r-1', headers };
}

describe('the span of a request', () => {
  it('belongs to the trace that the client names', () => {
    register();
    const span = startRequestSpan(arrived({ traceparent: TRACEPARENT }));
    const ids = span?.run(traceIds);
    span?.end({ route: '/api/v1/query', status: 200, code: undefined });
    const found = finished('GET /api/v1/query');
    expect(ids).toEqual({ trace_id: TRACE, span_id: found.spanContext().spanId });
    expect([found.kind, found.parentSpanContext?.spanId]).toEqual([SpanKind.SERVER, 'b7ad6b7169203331']);
    expect(found.attributes).toEqual({
      'http.request.method': 'GET',
      'http.route': '/api/v1/query',
      'http.response.status_code': 200,
      'url.path': '/api/v1/query',
      'tinyobs.request_id': 'r-1',
    });
  });

  it('is a part of the span of a host, whatever the client names', () => {
    register();
    trace.getTracer('host').startActiveSpan('GET /obs', (host) => {
      startRequestSpan(arrived({ traceparent: TRACEPARENT }))?.end({
        route: undefined,
        status: 404,
        code: 'not_found',
      });
      host.end();
    });
    const found = finished('GET');
    expect(found.parentSpanContext?.spanId).toBe(finished('GET /obs').spanContext().spanId);
    expect([found.kind, found.status.code]).toEqual([SpanKind.INTERNAL, SpanStatusCode.UNSET]);
    expect(found.attributes['error.type']).toBe('not_found');
  });

  it('is an error when the failure is ours, and has no status when nobody waited for it', () => {
    register();
    startRequestSpan(arrived())?.end({ route: '/a', status: 503, code: 'store_busy' });
    startRequestSpan(arrived())?.end({ route: '/b', status: undefined, code: undefined });
    expect(finished('GET /a').status.code).toBe(SpanStatusCode.ERROR);
    expect(finished('GET /b').attributes).not.toHaveProperty('http.response.status_code');
  });

  it('is named to another thread', () => {
    register();
    const headers = { traceparent: 'as the client sent it' };
    context.with(ROOT_CONTEXT, () => addTraceHeaders(headers));
    expect(headers.traceparent).toBe('as the client sent it');
    inSpan('host', () => addTraceHeaders(headers));
    const { traceId, spanId } = finished('host').spanContext();
    expect(headers.traceparent).toBe(`00-${traceId}-${spanId}-01`);
  });
});

describe('flushing', () => {
  it('has the provider hand over what it holds', async () => {
    let flushed = 0;
    const processor = new SimpleSpanProcessor(exporter);
    const forceFlush = async (): Promise<void> => void flushed++;
    register({ spanProcessors: [Object.assign(processor, { forceFlush })] });
    await flushSpans();
    expect(flushed).toBe(1);
  });

  it('does not fail with the provider', async () => {
    const processor = new SimpleSpanProcessor(exporter);
    const forceFlush = (): Promise<void> => Promise.reject(new Error('the collector is away'));
    register({ spanProcessors: [Object.assign(processor, { forceFlush })] });
    await flushSpans();
  });

  it('waits for it 5 seconds at most', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const processor = new SimpleSpanProcessor(exporter);
      register({
        spanProcessors: [Object.assign(processor, { forceFlush: () => new Promise<void>(() => {}) })],
      });
      let isOver = false;
      const flushed = flushSpans().then(() => {
        isOver = true;
      });
      await vi.advanceTimersByTimeAsync(4999);
      expect(isOver).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      await flushed;
    } finally {
      vi.useRealTimers();
    }
  });
});
