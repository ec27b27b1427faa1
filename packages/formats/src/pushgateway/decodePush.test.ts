import { TinyObsError } from '@tinyobs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePush } from './decodePush.js';
import { readGroupingKey } from './groupingKey.js';

const RUNS = process.env.TEST_SCALE === 'full' ? 100_000 : 2000;
const RUNS_MS_MAX = 600_000;
const encoder = new TextEncoder();

const push = (text: string, isOpenMetrics = false) =>
  decodePush(
    encoder.encode(text),
    new Map([
      ['instance', 'i'],
      ['job', 'j'],
      ['zone', ''],
    ]),
    { isOpenMetrics },
  );

describe('paths', () => {
  it.each([
    ['/metrics/job/a', { job: 'a' }],
    ['/metrics/job/a%2Fb/path/%2Fvar%2Ftmp', { job: 'a/b', path: '/var/tmp' }],
    ['/metrics/job@base64/YS9i/z/1/b/2', { b: '2', job: 'a/b', z: '1' }],
    ['/metrics/job/a/x@base64/w7w', { job: 'a', x: 'ü' }],
    ['/metrics/job/a/x@base64/w7w=', { job: 'a', x: 'ü' }],
    ['/metrics/job/a/x@base64/=', { job: 'a', x: '' }],
    ['/metrics/job/a/x/', { job: 'a', x: '' }],
  ])('%s', (path, labels) => {
    expect([...readGroupingKey(path)]).toEqual(Object.entries(labels));
  });

  it.each([
    '/metrics/job/',
    '/metrics/job/a/b',
    '/metrics/job/a/__b/c',
    '/metrics/job/a/b-c/d',
    '/metrics/job/a/job/b',
    '/metrics/job/%zz',
    '/metrics/job@base64/*',
    '/metrics/job@base64/a',
    '/metrics/job@base64/_w',
  ])('are refused: %s', (path) => {
    expect(() => readGroupingKey(path)).toThrow(expect.objectContaining({ code: 'invalid_parameter' }));
  });
});

describe('pushes', () => {
  it('are gathered by family, with the labels of the group', () => {
    const text =
      '# TYPE h histogram\n# HELP h Help.\nh_bucket{le="1",zone="x"} 1\nh_sum 2\nother{job="x"} 3\npush_time_seconds 4\n';
    const { families, problem } = push(text);
    expect(problem).toBeUndefined();
    expect(families.map(({ series, ...rest }) => ({ ...rest, series: series.map(String) }))).toEqual([
      { metric: 'h', type: 'histogram', help: 'Help.', unit: '', series: expect.any(Array) },
      { metric: 'other', type: 'unknown', help: '', unit: '', series: expect.any(Array) },
    ]);
    expect(families.flatMap(({ series }) => series.map(({ labels, value }) => `${labels} ${value}`))).toEqual(
      [
        'h_bucket{instance="i", job="j", le="1"} 1',
        'h_sum{instance="i", job="j"} 2',
        'other{instance="i", job="j"} 3',
      ],
    );
  });

  it('are read as OpenMetrics where that is said', () => {
    const { families } = push('# TYPE a counter\na_total 1\n# EOF\n', true);
    expect(families.map(({ metric, type }) => [metric, type])).toEqual([['a_total', 'counter']]);
  });

  it('are refused whole for one line, a timestamp or a series that is there twice', () => {
    expect(() => push('a 1\nb {\nc 1\n')).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^invalid_/) }),
    );
    expect(push('a 1\nb 1 1000\n').problem).toMatchObject({ code: 'invalid_timestamp', details: { row: 2 } });
    expect(push('a{job="x"} 1\na{job="y"} 2\n').problem).toMatchObject({ code: 'invalid_row' });
  });
});

describe('any bytes', () => {
  const paths = fc
    .array(fc.constantFrom('a', 'job', '/', '@base64', '%2F', '%', '__', '=', 'YQ', 'ü', '*'), {
      maxLength: 12,
    })
    .map((parts) => `/metrics/job${parts.join('')}`);
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .array(
        fc.constantFrom(
          'a',
          '{',
          '}',
          'b="c"',
          ' 1',
          '\n',
          '# TYPE a counter\n',
          '# EOF\n',
          'a 1\n',
          ' 5',
          'é',
        ),
        { maxLength: 30 },
      )
      .map((parts) => encoder.encode(parts.join(''))),
  );

  it('are refused with a code or make series of the group, each once', { timeout: RUNS_MS_MAX }, () => {
    fc.assert(
      fc.property(paths, bodies, fc.boolean(), (path, body, isOpenMetrics) => {
        try {
          const key = readGroupingKey(path);
          const { families, problem } = decodePush(body, key, { isOpenMetrics });
          if (problem) return;
          const all = families.flatMap(({ series }) => series);
          expect(new Set(all.map(({ labels }) => labels.key)).size).toBe(all.length);
          for (const { labels } of all) expect(labels.get('job')).toBe(key.get('job'));
        } catch (error) {
          expect(error).toBeInstanceOf(TinyObsError);
        }
      }),
      { numRuns: RUNS },
    );
  });
});
