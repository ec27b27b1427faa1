import { Labels, type MetricMetadata } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import { encodeText } from './encodeText.js';
import type { TextSample } from './expositionEncoder.js';
import { formatValue } from './formatValue.js';

function sample(object: Record<string, string>, value: number, timeMs?: number): TextSample {
  return { labels: Labels.fromObject(object), value, timeMs };
}

function encode(series: TextSample[], metadata: MetricMetadata[] = []): string {
  return encodeText({ series, metadata: (family) => metadata.find(({ metric }) => metric === family) });
}

describe('encodeText', () => {
  it('puts the samples of a family under one header, families in order of their names', () => {
    const series = [
      sample({ __name__: 'up', job: 'b' }, 1),
      sample({ __name__: 'jobs_total', code: '200' }, 3, 1795229706914),
      sample({ __name__: 'up', job: 'a' }, 0),
    ];
    const metadata: MetricMetadata[] = [
      { metric: 'jobs_total', type: 'counter', help: 'Jobs\ndone in C:\\.', unit: '' },
      { metric: 'up', type: 'unknown', help: '', unit: '' },
    ];
    expect(encode(series, metadata)).toBe(
      [
        '# HELP jobs_total Jobs\\ndone in C:\\\\.',
        '# TYPE jobs_total counter',
        'jobs_total{code="200"} 3 1795229706914',
        '# TYPE up untyped',
        'up{job="b"} 1',
        'up{job="a"} 0',
        '',
      ].join('\n'),
    );
  });

  it('writes no header for a family that nothing is known of', () => {
    expect(encode([sample({ __name__: 'up' }, 1)])).toBe('up 1\n');
  });

  it('puts each histogram and summary together, bounds ascending, then sum and count', () => {
    const series = [
      sample({ __name__: 'h_bucket', le: '+Inf', path: '/a' }, 3),
      sample({ __name__: 'h_bucket', le: '10', path: '/a' }, 2),
      sample({ __name__: 'h_bucket', le: '2', path: '/a' }, 1),
      sample({ __name__: 'h_bucket', le: '+Inf', path: '/b' }, 5),
      sample({ __name__: 'h_count', path: '/a' }, 3),
      sample({ __name__: 'h_count', path: '/b' }, 5),
      sample({ __name__: 'h_sum', path: '/a' }, 12),
      sample({ __name__: 's_count' }, 1),
      sample({ __name__: 's', quantile: '0.9' }, 7),
      sample({ __name__: 's', quantile: '0.5' }, 6),
    ];
    const metadata: MetricMetadata[] = [
      { metric: 'h', type: 'histogram', help: '', unit: '' },
      { metric: 's', type: 'summary', help: '', unit: '' },
    ];
    expect(encode(series, metadata)).toBe(
      [
        '# TYPE h histogram',
        'h_bucket{le="2",path="/a"} 1',
        'h_bucket{le="10",path="/a"} 2',
        'h_bucket{le="+Inf",path="/a"} 3',
        'h_sum{path="/a"} 12',
        'h_count{path="/a"} 3',
        'h_bucket{le="+Inf",path="/b"} 5',
        'h_count{path="/b"} 5',
        '# TYPE s summary',
        's{quantile="0.5"} 6',
        's{quantile="0.9"} 7',
        's_count 1',
        '',
      ].join('\n'),
    );
  });

  it('does not take a counter that ends in _count for a part of a histogram', () => {
    const metadata: MetricMetadata[] = [
      { metric: 'jobs', type: 'gauge', help: '', unit: '' },
      { metric: 'jobs_count', type: 'counter', help: '', unit: '' },
    ];
    const written = encode(
      [sample({ __name__: 'jobs_count' }, 1), sample({ __name__: 'jobs' }, 2)],
      metadata,
    );
    expect(written).toBe('# TYPE jobs gauge\njobs 2\n# TYPE jobs_count counter\njobs_count 1\n');
  });

  it('quotes names that need it and escapes values', () => {
    const series = [sample({ __name__: 'http.time', 'net "peer"': 'a\\b\n"c"', z: 'ü' }, 1)];
    const metadata: MetricMetadata[] = [{ metric: 'http.time', type: 'gauge', help: 'Time.', unit: '' }];
    expect(encode(series, metadata)).toBe(
      '# HELP "http.time" Time.\n# TYPE "http.time" gauge\n{"http.time","net \\"peer\\""="a\\\\b\\n\\"c\\"",z="ü"} 1\n',
    );
  });
});

describe('formatValue', () => {
  it.each([
    [0, '0'],
    [-0, '-0'],
    [1, '1'],
    [-1.5, '-1.5'],
    [999999, '999999'],
    [999999.5, '999999.5'],
    [1e6, '1e+06'],
    [8181304, '8.181304e+06'],
    [1795229703.032399, '1.795229703032399e+09'],
    [1e21, '1e+21'],
    [1e100, '1e+100'],
    [0.0001, '0.0001'],
    [0.00012345, '0.00012345'],
    [0.000090589, '9.0589e-05'],
    [1e-7, '1e-07'],
    [5e-324, '5e-324'],
    [Number.NaN, 'NaN'],
    [Infinity, '+Inf'],
    [-Infinity, '-Inf'],
  ])('%s as %s', (value, written) => {
    expect(formatValue(value)).toBe(written);
  });
});
