import { context, trace } from '@opentelemetry/api';
import { AlwaysOffSampler, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, it } from 'vitest';
import { inSpan } from '../tracing/spans.js';
import { traceIds } from '../tracing/traceIds.js';
import { LatencyHistogram } from './latencyHistogram.js';
import { collectOwn } from './ownSamples.js';

function started() {
  const registry = new Registry();
  const histogram = new LatencyHistogram({
    name: 'took_seconds',
    help: 'Time it took.',
    labelNames: ['route'] as const,
    buckets: [0.1, 1],
    registers: [registry],
    now: () => 5001,
  });
  /** The series that have an exemplar. */
  const exemplars = async () => {
    const { samples } = await collectOwn(registry);
    return samples.flatMap(({ labels, exemplar }) => {
      if (!exemplar) return [];
      return [{ ...exemplar, series: labels.toString(), labels: exemplar.labels.toObject() }];
    });
  };
  return { histogram, exemplars };
}

describe('a histogram of latency', () => {
  afterEach(() => {
    trace.disable();
    context.disable();
  });

  it('remembers of each bucket the last request whose trace is kept', async () => {
    new NodeTracerProvider().register();
    const { histogram, exemplars } = started();
    const ids = [0.05, 0.07, 0.1, 3].map((seconds) =>
      inSpan('work', () => {
        histogram.observeLatency({ route: '/a' }, seconds);
        return traceIds();
      }),
    );
    histogram.observe({ route: '/b' }, 0.05);
    expect(await exemplars()).toEqual([
      { series: 'took_seconds_bucket{le="0.1", route="/a"}', labels: ids[2], value: 0.1, timeMs: 5001 },
      { series: 'took_seconds_bucket{le="+Inf", route="/a"}', labels: ids[3], value: 3, timeMs: 5001 },
    ]);
  });

  it('has none of traces that are not kept, and none without a provider', async () => {
    const { histogram, exemplars } = started();
    histogram.observeLatency({ route: '/a' }, 0.05);
    new NodeTracerProvider({ sampler: new AlwaysOffSampler() }).register();
    inSpan('work', () => histogram.observeLatency({ route: '/a' }, 0.05));
    expect(await exemplars()).toEqual([]);
  });

  it('keeps a limited number of them, and those up to date', async () => {
    new NodeTracerProvider().register();
    const { histogram, exemplars } = started();
    const observe = (route: string, seconds: number) =>
      inSpan('work', () => histogram.observeLatency({ route }, seconds));
    for (let i = 0; i < 2100; i++) observe(`/${i}`, 0.05);
    observe('/0', 0.07);
    const kept = await exemplars();
    expect(kept).toHaveLength(2000);
    expect(kept[0].value).toBe(0.07);
  });
});
