import { describe, expect, it } from 'vitest';
import type { ActiveTarget, Targets } from '../api/operateTypes.js';
import type { QueryData } from '../api/types.js';
import { countsOf, isShown, labelChanges, nameOf, poolCounts, targetRows } from './targetRows.js';

function target(instance: string, health: ActiveTarget['health'], scrapePool = 'node'): ActiveTarget {
  return {
    discoveredLabels: { __address__: instance, job: scrapePool, __meta_zone: 'Eu-1' },
    labels: { instance, job: scrapePool },
    scrapePool,
    scrapeUrl: `http://${instance}/metrics`,
    lastError: health === 'down' ? 'connection refused' : '',
    lastScrape: '2026-11-21T05:00:00Z',
    lastScrapeDuration: 0.01,
    health,
    scrapeInterval: '15s',
    scrapeTimeout: '10s',
  };
}

const TARGETS: Targets = {
  activeTargets: [
    target('b:1', 'up'),
    target('a:1', 'up'),
    target('c:1', 'down', 'shop'),
    target('d:1', 'unknown'),
  ],
  droppedTargets: [{ discoveredLabels: { __address__: 'x:1' }, scrapePool: 'shop' }],
  droppedTargetCounts: { node: 0, shop: 12, empty: 0 },
};

const SAMPLES: QueryData = {
  resultType: 'vector',
  result: [{ metric: { __name__: 'n', job: 'node', instance: 'a:1' }, value: [1, '42'] }],
};

const ALL = { health: 'all', pool: '', text: '' } as const;

describe('the rows of targets', () => {
  const rows = targetRows(TARGETS, SAMPLES);

  it('begin with what needs somebody, and have their samples by all their labels', () => {
    expect(rows.map(nameOf)).toEqual([
      'http://c:1/metrics',
      'http://d:1/metrics',
      'http://a:1/metrics',
      'http://b:1/metrics',
      'x:1',
    ]);
    expect(rows.map((row) => (row.health === 'dropped' ? 'none' : row.samples))).toEqual([
      null,
      null,
      42,
      null,
      'none',
    ]);
  });

  it('are counted by pool, those that are not listed included', () => {
    const pools = poolCounts(TARGETS);
    expect(pools).toEqual([
      { pool: 'empty', up: 0, down: 0, unknown: 0, dropped: 0 },
      { pool: 'node', up: 2, down: 0, unknown: 1, dropped: 0 },
      { pool: 'shop', up: 0, down: 1, unknown: 0, dropped: 12 },
    ]);
    expect(countsOf(pools, '')).toEqual({ all: 16, up: 2, down: 1, unknown: 1, dropped: 12 });
    expect(countsOf(pools, 'node')).toMatchObject({ all: 3, dropped: 0 });
  });

  it('are narrowed by health, pool and words of anything they have', () => {
    const shown = (filter: Partial<Parameters<typeof isShown>[1]>) =>
      rows.filter((row) => isShown(row, { ...ALL, ...filter })).map(nameOf);
    expect(shown({ health: 'down' })).toEqual(['http://c:1/metrics']);
    expect(shown({ pool: 'shop' })).toEqual(['http://c:1/metrics', 'x:1']);
    expect(shown({ text: 'EU-1 node' })).toHaveLength(3);
    expect(shown({ text: 'refused' })).toEqual(['http://c:1/metrics']);
    expect(shown({ text: 'instance=a' })).toEqual(['http://a:1/metrics']);
    expect(shown({ text: 'nobody' })).toEqual([]);
  });

  it('tell what relabelling made of each label', () => {
    expect(labelChanges({ a: '1', b: '1', __meta: 'x' }, { b: '2', c: '3', a: '1' })).toEqual([
      { name: 'a', before: '1', after: '1', change: 'kept' },
      { name: 'b', before: '1', after: '2', change: 'changed' },
      { name: 'c', before: null, after: '3', change: 'new' },
      { name: '__meta', before: 'x', after: null, change: 'dropped' },
    ]);
  });
});
