import { Labels, type MetricMetadata, type MetricType } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import { encodeOpenMetrics } from './encodeOpenMetrics.js';
import { ExpositionEncoder, type TextExemplar, type TextSample } from './expositionEncoder.js';

function sample(object: Record<string, string>, value: number, more: Partial<TextSample> = {}): TextSample {
  return { labels: Labels.fromObject(object), value, ...more };
}

function family(metric: string, type: MetricType, more: Partial<MetricMetadata> = {}): MetricMetadata {
  return { metric, type, help: '', unit: '', ...more };
}

function lookupIn(metadata: readonly MetricMetadata[]) {
  return (name: string) => metadata.find(({ metric }) => metric === name);
}

function lines(series: TextSample[], metadata: MetricMetadata[] = []): string[] {
  return encodeOpenMetrics({ series, metadata: lookupIn(metadata) }).split('\n');
}

describe('encodeOpenMetrics', () => {
  it('ends with its last line, whatever is before it', () => {
    expect(lines([])).toEqual(['# EOF', '']);
  });

  it('calls the family of a counter by its name without _total', () => {
    const metadata = [
      family('cpu_seconds_total', 'counter', { help: 'Time "used".\nAll \\ of it.', unit: 'seconds' }),
    ];
    const series = [
      sample({ __name__: 'cpu_seconds_created', cpu: '0' }, 1520872607.123),
      sample({ __name__: 'cpu_seconds_total', cpu: '1' }, 7, { timeMs: 1520879607789 }),
      sample({ __name__: 'cpu_seconds_total', cpu: '0' }, 3),
    ];
    expect(lines(series, metadata)).toEqual([
      '# TYPE cpu_seconds counter',
      '# UNIT cpu_seconds seconds',
      '# HELP cpu_seconds Time \\"used\\".\\nAll \\\\ of it.',
      'cpu_seconds_total{cpu="0"} 3',
      'cpu_seconds_created{cpu="0"} 1.520872607123e+09',
      'cpu_seconds_total{cpu="1"} 7 1520879607.789',
      '# EOF',
      '',
    ]);
  });

  it.each([
    ['a counter not called so', [family('jobs', 'counter')], 'jobs', ['# TYPE jobs unknown', 'jobs 1']],
    [
      'a counter called only so',
      [family('_total', 'counter')],
      '_total',
      ['# TYPE _total unknown', '_total 1'],
    ],
    [
      'a counter beside a gauge of its family',
      [family('bytes', 'gauge'), family('bytes_total', 'counter')],
      'bytes_total',
      ['# TYPE bytes_total unknown', 'bytes_total 1'],
    ],
    ['an info not called so', [family('build', 'info')], 'build', ['# TYPE build unknown', 'build 1']],
    [
      'what tells when an unknown counter began',
      [family('bytes', 'gauge'), family('bytes_total', 'counter')],
      'bytes_created',
      ['bytes_created 1'],
    ],
  ])('writes %s as unknown', (_, metadata, metric, written) => {
    expect(lines([sample({ __name__: metric }, 1)], metadata)).toEqual([...written, '# EOF', '']);
  });

  it.each<[MetricType, string, string]>([
    ['info', 'build_info', 'build'],
    ['stateset', 'feature', 'feature'],
    ['gauge', 'bytes_total', 'bytes_total'],
    ['unknown', 'x', 'x'],
  ])('writes %s %s as family %s', (type, metric, name) => {
    expect(lines([sample({ __name__: metric }, 1)], [family(metric, type)])).toEqual([
      `# TYPE ${name} ${type}`,
      `${metric} 1`,
      '# EOF',
      '',
    ]);
  });

  it('writes a unit only of a name that ends with it', () => {
    const metadata = [family('a_bytes', 'gauge', { unit: 'bytes' }), family('b', 'gauge', { unit: 'bytes' })];
    const written = lines([sample({ __name__: 'a_bytes' }, 1), sample({ __name__: 'b' }, 1)], metadata);
    expect(written.filter((line) => line.startsWith('# UNIT'))).toEqual(['# UNIT a_bytes bytes']);
  });

  it('puts parts together, with points in bounds, and when they began last', () => {
    const series = [
      sample({ __name__: 'h_count' }, 3),
      sample({ __name__: 'h_created' }, 100),
      sample({ __name__: 'h_bucket', le: '+Inf' }, 3),
      sample({ __name__: 'h_bucket', le: '10' }, 2),
      sample({ __name__: 'h_bucket', le: '1e-7' }, 1),
      sample({ __name__: 'h_sum' }, 12),
      sample({ __name__: 'g_gcount' }, 2),
      sample({ __name__: 'g_bucket', le: '+Inf' }, 2),
      sample({ __name__: 'g_gsum' }, -1),
      sample({ __name__: 's', quantile: '0.5' }, Number.NaN),
      sample({ __name__: 's', quantile: '1' }, Number.POSITIVE_INFINITY),
    ];
    const metadata = [family('h', 'histogram'), family('g', 'gaugehistogram'), family('s', 'summary')];
    expect(lines(series, metadata)).toEqual([
      '# TYPE g gaugehistogram',
      'g_bucket{le="+Inf"} 2',
      'g_gsum -1',
      'g_gcount 2',
      '# TYPE h histogram',
      'h_bucket{le="1e-07"} 1',
      'h_bucket{le="10.0"} 2',
      'h_bucket{le="+Inf"} 3',
      'h_sum 12',
      'h_count 3',
      'h_created 100',
      '# TYPE s summary',
      's{quantile="0.5"} NaN',
      's{quantile="1.0"} +Inf',
      '# EOF',
      '',
    ]);
  });

  it('leaves le of other metrics, and what is no number, as it is', () => {
    const metadata = [family('g', 'gauge'), family('h', 'histogram')];
    const series = [
      sample({ __name__: 'g', le: '1' }, 1),
      sample({ __name__: 'h_bucket', le: 'x' }, 1),
      sample({ __name__: 'h_bucket', a: 'b', le: ' ' }, 1),
    ];
    const written = lines(series, metadata);
    expect(written).toContain('g{le="1"} 1');
    expect(written).toContain('h_bucket{le="x"} 1');
    expect(written).toContain('h_bucket{a="b",le=" "} 1');
  });

  it.each([
    [0, '0'],
    [1, '0.001'],
    [1500, '1.5'],
    [-1, '-0.001'],
    [-61000, '-61'],
    [1520879607789, '1520879607.789'],
    [Number.MAX_SAFE_INTEGER, '9007199254740.991'],
  ])('writes the time %d as %s', (timeMs, written) => {
    expect(lines([sample({ __name__: 'a' }, 1, { timeMs })])[0]).toBe(`a 1 ${written}`);
  });

  it('writes exemplars on buckets and totals, and on nothing else', () => {
    const exemplar: TextExemplar = {
      labels: Labels.fromObject({ trace_id: 'a"b' }),
      value: 0.5,
      timeMs: 1500,
    };
    const series = ['h_bucket', 'h_count', 'c_total', 'c_created', 'g'].map((name) =>
      sample({ __name__: name }, 1, { exemplar }),
    );
    const metadata = [family('h', 'histogram'), family('c_total', 'counter'), family('g', 'gauge')];
    expect(lines(series, metadata).filter((line) => !line.startsWith('# TYPE'))).toEqual([
      'c_total 1 # {trace_id="a\\"b"} 0.5 1.5',
      'c_created 1',
      'g 1',
      'h_bucket 1 # {trace_id="a\\"b"} 0.5 1.5',
      'h_count 1',
      '# EOF',
      '',
    ]);
  });

  it('leaves out exemplars whose labels are too long', () => {
    const metadata = [family('c_total', 'counter')];
    const written = (text: string) =>
      lines(
        [
          sample({ __name__: 'c_total' }, 1, {
            exemplar: { labels: Labels.fromObject({ a: text }), value: 1 },
          }),
        ],
        metadata,
      )[1];
    expect(written('😀'.repeat(127))).toContain(' # {');
    expect(written('x'.repeat(128))).toBe('c_total 1');
  });
});

describe('ExpositionEncoder', () => {
  it('writes no exemplar in the text format', () => {
    const metadata = lookupIn([family('c_total', 'counter')]);
    const encoder = new ExpositionEncoder({ format: 'text', metadata });
    const exemplar = { labels: Labels.fromObject({ a: 'b' }), value: 1 };
    expect(encoder.encode([sample({ __name__: 'c_total' }, 1, { exemplar })])).toBe(
      '# TYPE c_total counter\nc_total 1\n',
    );
  });

  it('writes headers of families without samples where it is told of them', () => {
    const metadata = lookupIn([family('a', 'gauge', { help: 'A.' }), family('b_total', 'counter')]);
    const encoder = new ExpositionEncoder({ format: 'openmetrics', metadata });
    expect(encoder.encode([sample({ __name__: 'b_total' }, 1)], ['b_total', 'a'])).toBe(
      '# TYPE a gauge\n# HELP a A.\n# TYPE b counter\nb_total 1\n# EOF\n',
    );
  });

  it.each([
    ['underscores', 'http_time', 'net_peer'],
    ['dots', 'http_dot_time', 'net_dot_peer'],
    ['values', 'U__http_2e_time', 'U__net_2e_peer'],
  ] as const)('escapes names by %s, those of parts at the end of the family', (escaping, name, label) => {
    const metadata = lookupIn([
      family('http.time', 'histogram', { help: 'T.' }),
      family('http.time_total', 'counter'),
    ]);
    const encoder = new ExpositionEncoder({ format: 'openmetrics', metadata, escaping });
    const series = [sample({ __name__: 'http.time_bucket', le: '1', 'net.peer': 'é' }, 2)];
    expect(encoder.encode(series)).toBe(
      `# TYPE ${name} histogram\n# HELP ${name} T.\n${name}_bucket{le="1.0",${label}="é"} 2\n# EOF\n`,
    );
  });

  it.each([
    ['underscores', 'jobs_done', '_total'],
    ['dots', 'jobs_dot_done_', '_total'],
    ['values', 'U__jobs_2e_done_', '_total'],
  ] as const)('escapes the whole name of a counter by %s', (escaping, name, suffix) => {
    const metadata = lookupIn([family('jobs.done_total', 'counter')]);
    const encoder = new ExpositionEncoder({ format: 'openmetrics', metadata, escaping });
    expect(encoder.encode([sample({ __name__: 'jobs.done_total' }, 1)])).toBe(
      `# TYPE ${name} counter\n${name}${suffix} 1\n# EOF\n`,
    );
  });

  it('keeps the first of labels, and the header of the first of families, that become the same', () => {
    const metadata = lookupIn([
      family('a.b', 'gauge', { help: 'First.' }),
      family('a_b', 'gauge', { help: 'Second.' }),
    ]);
    const encoder = new ExpositionEncoder({ format: 'text', metadata, escaping: 'underscores' });
    const series = [sample({ __name__: 'a.b', 'x.y': '1', x_y: '2' }, 1), sample({ __name__: 'a_b' }, 2)];
    expect(encoder.encode(series)).toBe('# HELP a_b First.\n# TYPE a_b gauge\na_b{x_y="1"} 1\na_b 2\n');
  });
});
