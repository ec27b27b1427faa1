import { Counter, Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { FakeBackend } from '../fakeBackend.suite.js';
import { bridgeRegistry } from '../promClientBridge.js';
import { shown, startShownClient } from '../shown.suite.js';
import { startTestClient } from '../testClient.suite.js';
import type { MirroredMetric } from './mirroredMetrics.js';

/** A registry that says whatever a test wants. */
function startMirror(metrics: () => readonly unknown[]) {
  const started = startShownClient({ seriesPerMetric: 2 });
  bridgeRegistry(started.client, { getMetricsAsJSON: () => metrics() as readonly MirroredMetric[] });
  return { ...started, codes: () => started.problems.map(({ code }) => code) };
}

describe('a registry that is mirrored', () => {
  it('may be of anything that has its form', async () => {
    const { client, codes } = startMirror(() => [
      { name: 'odd name', help: '', type: 'gauge', values: [] },
      { name: 'plain', help: 'Plain', type: 7, values: [{ value: 3, labels: {} }] },
      { name: 'empty', help: '', type: 'histogram' },
    ]);
    expect(await shown(client)).toEqual({ plain: 3 });
    expect(codes()).toEqual(['invalid_metric_name']);
  });

  it('drops gauges past the limit, and has no quantiles of what is counted together', async () => {
    const series = (metricName?: string) =>
      ['a', 'b', 'c', 'd'].map((a) => ({ value: 1, labels: { a }, metricName }));
    const quantiles = series().map(({ labels }) => ({ value: 5, labels: { ...labels, quantile: 0.5 } }));
    const { client, codes, drops } = startMirror(() => [
      { name: 'g', help: '', type: 'gauge', values: series() },
      {
        name: 's',
        help: '',
        type: 'summary',
        values: [...quantiles, ...series('s_sum'), ...series('s_count')],
      },
    ]);
    expect(await shown(client)).toEqual({
      'g{a="a"}': 1,
      'g{a="b"}': 1,
      ...Object.fromEntries(
        ['a', 'b'].flatMap((a) => [
          [`s{a="${a}",quantile="0.5"}`, 5],
          [`s_sum{a="${a}"}`, 1],
          [`s_count{a="${a}"}`, 1],
        ]),
      ),
      's{tinyobs_overflow="true",quantile="0.5"}': Number.NaN,
      's_sum{tinyobs_overflow="true"}': 2,
      's_count{tinyobs_overflow="true"}': 2,
    });
    expect(codes()).toEqual(['too_many_series', 'too_many_series']);
    expect(drops).toEqual([{ reason: 'too_many_series', count: 2 }]);
  });

  it('goes on with other bounds when a histogram is replaced', async () => {
    const backend = await FakeBackend.start();
    try {
      const { client } = startTestClient(backend.endpoint);
      const registers = [new Registry()];
      const create = (buckets: number[]) => new Histogram({ name: 'h', help: 'h', buckets, registers });
      const orders = new Counter({ name: 'orders', help: 'o', labelNames: ['a'], registers });
      create([1, 2]).observe(1.5);
      bridgeRegistry(client, registers[0]);
      await client.flush();
      const bounds = () => backend.rowsOf('h_bucket').map(({ labels, value }) => [labels['le'], value]);
      expect(bounds()).toEqual([
        ['1', 0],
        ['2', 1],
        ['+Inf', 1],
      ]);
      expect(backend.zerosOf('h_bucket').length).toBe(3);
      registers[0].removeSingleMetric('h');
      create([2, 4]).observe(3);
      orders.inc({ a: 'x' });
      await client.flush();
      expect(bounds()).toEqual(
        expect.arrayContaining([
          ['2', 0],
          ['4', 1],
          ['+Inf', 1],
        ]),
      );
      // The old series go on, and must not seem to begin twice; that which is new has its beginning.
      expect(backend.zerosOf('h_bucket')).toEqual([]);
      expect(backend.zerosOf('orders').length).toBe(1);
      await client.close();
      expect(backend.rowsOf('h_bucket').every(({ value }) => value === 'stale')).toBe(true);
    } finally {
      await backend.stop();
    }
  });
});
