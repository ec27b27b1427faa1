import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { collectOwn } from './ownSamples.js';

describe('the own samples', () => {
  it('are all that the registry has, with metadata of what has none yet', async () => {
    const registry = new Registry();
    const registers = [registry];
    new Counter({ name: 'jobs_total', help: 'Jobs.', labelNames: ['queue'], registers }).inc(
      { queue: 'a' },
      2,
    );
    new Gauge({ name: 'waiting', help: 'Waiting.', labelNames: ['queue'], registers });
    new Histogram({ name: 'wait_seconds', help: 'Wait.', buckets: [1], registers }).observe(0.5);
    const { metadata, samples } = await collectOwn(registry);
    expect(metadata).toEqual([
      { metric: 'jobs_total', type: 'counter', help: 'Jobs.', unit: '' },
      { metric: 'waiting', type: 'gauge', help: 'Waiting.', unit: '' },
      { metric: 'wait_seconds', type: 'histogram', help: 'Wait.', unit: 'seconds' },
    ]);
    expect(samples.map(({ labels, value }) => `${labels} ${value}`)).toEqual([
      'jobs_total{queue="a"} 2',
      'wait_seconds_bucket{le="1"} 1',
      'wait_seconds_bucket{le="+Inf"} 1',
      'wait_seconds_sum 0.5',
      'wait_seconds_count 1',
    ]);
  });

  it('have the exemplars that were kept', async () => {
    const registry = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    const wait = new Histogram({
      name: 'wait_seconds',
      help: 'Wait.',
      buckets: [1],
      enableExemplars: true,
      registers: [registry],
    });
    wait.observe({ labels: {}, value: 0.5, exemplarLabels: { trace_id: 'abc' } });
    const { samples } = await collectOwn(registry);
    const { exemplar } = samples[0];
    expect(exemplar?.labels.toObject()).toEqual({ trace_id: 'abc' });
    expect(exemplar?.value).toBe(0.5);
    expect(Math.abs((exemplar?.timeMs ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(samples.filter((sample) => sample.exemplar !== undefined)).toHaveLength(1);
  });
});
