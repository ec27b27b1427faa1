import { context, trace } from '@opentelemetry/api';
import { AlwaysOffSampler, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { type MetricObjectWithValues, type MetricValue, Registry } from 'prom-client';
import { afterEach, describe, expect, it } from 'vitest';
import { inSpan } from '../tracing/spans.js';
import { traceIds } from '../tracing/traceIds.js';
import { LatencyExemplars } from './latencyExemplars.js';
import { LatencyHistogram } from './latencyHistogram.js';

function started() {
  const registry = new Registry();
  const exemplars = new LatencyExemplars();
  const histogram = new LatencyHistogram({
    name: 'took_seconds',
    help: 'Time it took.',
    labelNames: ['route'] as const,
    buckets: [0.1, 1],
    registers: [registry],
    exemplars,
    now: () => 5000,
  });
  return { registry, exemplars, histogram };
}

describe('a histogram of latency', () => {
  afterEach(() => {
    trace.disable();
    context.disable();
  });

  it('remembers of each bucket the last request whose trace is kept', async () => {
    new NodeTracerProvider().register();
    const { registry, exemplars, histogram } = started();
    const ids = [0.05, 0.07, 0.1, 3].map((seconds) =>
      inSpan('work', () => {
        histogram.observeLatency({ route: '/a' }, seconds);
        return traceIds();
      }),
    );
    const [{ values }] = (await registry.getMetricsAsJSON()) as MetricObjectWithValues<
      MetricValue<string> & { metricName: string }
    >[];
    const found = values.map(({ metricName, labels }) => exemplars.find(metricName, labels));
    expect(found).toEqual([
      { labels: ids[2], value: 0.1, timeMs: 5000 },
      undefined,
      { labels: ids[3], value: 3, timeMs: 5000 },
      undefined,
      undefined,
    ]);
    expect(exemplars.find('took_seconds_bucket', { le: 0.1, route: '/b' })).toBeUndefined();
  });

  it('has none of traces that are not kept, and none without a provider', () => {
    const { exemplars, histogram } = started();
    histogram.observeLatency({ route: '/a' }, 0.05);
    new NodeTracerProvider({ sampler: new AlwaysOffSampler() }).register();
    inSpan('work', () => histogram.observeLatency({ route: '/a' }, 0.05));
    expect(exemplars.find('took_seconds_bucket', { route: '/a', le: 0.1 })).toBeUndefined();
  });

  it('keeps a limited number of them', () => {
    const exemplars = new LatencyExemplars();
    const exemplar = { labels: { trace_id: 'a', span_id: 'b' }, value: 1, timeMs: 1 };
    for (let i = 0; i < 3000; i++) exemplars.note('s_bucket', { route: `/${i}`, le: 1 }, exemplar);
    const later = { ...exemplar, timeMs: 2 };
    exemplars.note('s_bucket', { route: '/0', le: 1 }, later);
    expect(exemplars.find('s_bucket', { le: 1, route: '/0' })).toBe(later);
    expect(exemplars.find('s_bucket', { le: 1, route: '/1999' })).toBe(exemplar);
    expect(exemplars.find('s_bucket', { le: 1, route: '/2000' })).toBeUndefined();
  });
});
