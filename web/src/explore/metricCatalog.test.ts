import { describe, expect, it } from 'vitest';
import { metricCatalog, searchCatalog, starterQuery } from './metricCatalog.js';

const names = [
  'up',
  'req_total',
  'lat_seconds_bucket',
  'lat_seconds_sum',
  'lat_seconds_count',
  'gc',
  'gc_sum',
  'gc_count',
];
const metadata = {
  lat_seconds: [{ type: 'histogram', help: 'Time to answer' }],
  req_total: [{ type: 'counter', help: 'Requests' }],
  gc: [{ type: 'summary', help: '' }],
};

describe('metricCatalog', () => {
  it('shows a histogram and a summary as one entry each', () => {
    expect(metricCatalog(names, metadata)).toEqual([
      { name: 'gc', type: 'summary', help: '' },
      { name: 'lat_seconds', type: 'histogram', help: 'Time to answer' },
      { name: 'req_total', type: 'counter', help: 'Requests' },
      { name: 'up', type: 'unknown', help: '' },
    ]);
  });

  it('reads types off the names where metadata is missing', () => {
    const types = metricCatalog(names, {}).map(({ name, type }) => `${name} ${type}`);
    expect(types).toContain('lat_seconds histogram');
    expect(types).toContain('req_total counter');
    expect(types).toContain('gc_sum counter');
  });

  it('leaves a metric alone that only looks like a part', () => {
    const entries = metricCatalog(['items_count'], { items_count: [{ type: 'gauge', help: '' }] });
    expect(entries).toEqual([{ name: 'items_count', type: 'gauge', help: '' }]);
  });
});

describe('searchCatalog', () => {
  it('wants every word, in the name first, else in the help', () => {
    const entries = metricCatalog(names, metadata);
    expect(searchCatalog(entries, ' LAT sec ').map(({ name }) => name)).toEqual(['lat_seconds']);
    expect(searchCatalog(entries, 'req').map(({ name }) => name)).toEqual(['req_total']);
    expect(searchCatalog(entries, 'answer').map(({ name }) => name)).toEqual(['lat_seconds']);
    expect(searchCatalog(entries, '')).toHaveLength(4);
  });
});

describe('starterQuery', () => {
  it('asks what one wants of each type', () => {
    const query = (name: string, type: 'counter' | 'gauge' | 'histogram') =>
      starterQuery({ name, type, help: '' }, '1m');
    expect(query('req_total', 'counter')).toBe('sum(rate(req_total[1m]))');
    expect(query('mem', 'gauge')).toBe('mem');
    expect(query('lat', 'histogram')).toBe('histogram_quantile(0.95, sum by (le) (rate(lat_bucket[1m])))');
    expect(query('a.b', 'counter')).toBe('sum(rate({__name__="a.b"}[1m]))');
  });
});
