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
  lat_seconds: [{ type: 'histogram', help: 'Time to answer', unit: 'seconds' }],
  req_total: [{ type: 'counter', help: 'Requests' }],
  gc: [{ type: 'summary', help: '' }],
};

describe('metricCatalog', () => {
  it('shows a histogram and a summary as one entry each', () => {
    const lat = ['lat_seconds_bucket', 'lat_seconds_sum', 'lat_seconds_count'];
    expect(metricCatalog(names, metadata)).toEqual([
      { name: 'gc', type: 'summary', help: '', unit: '', seriesNames: ['gc', 'gc_sum', 'gc_count'] },
      { name: 'lat_seconds', type: 'histogram', help: 'Time to answer', unit: 'seconds', seriesNames: lat },
      { name: 'req_total', type: 'counter', help: 'Requests', unit: '', seriesNames: ['req_total'] },
      { name: 'up', type: 'unknown', help: '', unit: '', seriesNames: ['up'] },
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
    expect(entries).toMatchObject([{ name: 'items_count', type: 'gauge' }]);
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

  it('finds letters in their order last, and what begins with the text first', () => {
    const entries = metricCatalog(['a_http_requests', 'http_requests_total', 'h_t_t_p'], {});
    expect(searchCatalog(entries, 'http').map(({ name }) => name)).toEqual([
      'http_requests_total',
      'a_http_requests',
      'h_t_t_p',
    ]);
    expect(searchCatalog(entries, 'htreq').map(({ name }) => name)).toEqual([
      'a_http_requests',
      'http_requests_total',
    ]);
  });

  it('is quick among ten thousand', () => {
    const many = metricCatalog(
      Array.from({ length: 10_000 }, (_, at) => `service_${at}_requests_total`),
      {},
    );
    const startedMs = performance.now();
    expect(searchCatalog(many, 'service 99 total').length).toBeGreaterThan(100);
    expect(performance.now() - startedMs).toBeLessThan(500);
  });
});

describe('starterQuery', () => {
  it('asks what one wants of each type', () => {
    const query = (name: string, type: 'counter' | 'gauge' | 'histogram') =>
      starterQuery({ name, type }, '1m');
    expect(query('req_total', 'counter')).toBe('sum(rate(req_total[1m]))');
    expect(query('mem', 'gauge')).toBe('mem');
    expect(query('lat', 'histogram')).toBe('histogram_quantile(0.95, sum by (le) (rate(lat_bucket[1m])))');
    expect(query('a.b', 'counter')).toBe('sum(rate({"a.b"}[1m]))');
    const filters = [{ label: 'job', op: '=', value: 'x' }] as const;
    expect(starterQuery({ name: 'lat', type: 'histogram' }, '5m', filters)).toBe(
      'histogram_quantile(0.95, sum by (le) (rate(lat_bucket{job="x"}[5m])))',
    );
  });
});
