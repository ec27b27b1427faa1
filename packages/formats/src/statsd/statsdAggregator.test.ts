import { NO_ROW, type WriteBatch } from '@tinyobs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StatsdAggregator } from './statsdAggregator.js';

const RUNS = process.env.TEST_SCALE === 'full' ? 100_000 : 2000;
const RUNS_MS_MAX = 600_000;
const SIZE_BYTES_MAX = 20_000;
const encoder = new TextEncoder();

const create = () => new StatsdAggregator({ buckets: [1, 10], ttlMs: 1000, sizeBytesMax: SIZE_BYTES_MAX });

function flush(aggregator: StatsdAggregator, timeMs = 0): WriteBatch[] {
  return [...aggregator.flush({ sinceMs: timeMs - 10, timeMs })];
}

/** Samples but for starts, a marker of the end as `end`. */
function samplesOf(batches: readonly WriteBatch[]): string[] {
  return batches.flatMap((batch) =>
    Array.from({ length: batch.sampleCount }, (_, i) => i)
      .filter((i) => batch.rows[i] !== NO_ROW)
      .map(
        (i) =>
          `${batch.labelsOf(batch.sampleSeries[i])} ${Number.isNaN(batch.values[i]) ? 'end' : batch.values[i]}`,
      ),
  );
}

const take = (aggregator: StatsdAggregator, text: string) => aggregator.add(encoder.encode(text));

describe('packets', () => {
  it.each([
    ['a.b:1|c\na.b:2|c|@0.5\na-b:1|c', ['a_b_total 6']],
    ['done_total:1|c', ['done_total 1']],
    ['g:5|g\ng:-2|g\ng:+1.5|g', ['g 4.5']],
    ['g:-2|g', ['g -2']],
    [
      't:500|ms\nt:20000|ms|@0.5',
      [
        't_seconds_bucket{le="1"} 1',
        't_seconds_bucket{le="10"} 1',
        't_seconds_bucket{le="+Inf"} 3',
        't_seconds_sum 40.5',
        't_seconds_count 3',
      ],
    ],
    [
      'h:1:5:50|h',
      ['h_bucket{le="1"} 1', 'h_bucket{le="10"} 2', 'h_bucket{le="+Inf"} 3', 'h_sum 56', 'h_count 3'],
    ],
    ['s:x|s\ns:y|s\ns:x|s', ['s 2']],
    ['c:1|c|#b:2,a:1:x,bare\nc:1|c|#a:1:x,b:2,bare', ['c_total{a="1:x", b="2", bare="true"} 2']],
    ['c:1|c|#env.name:x|c:in-1|T1700000000|e:y|card:low', ['c_total{env_name="x"} 1']],
    ['9:1|c\n\n', ['_9_total 1']],
  ])('%j', (text, expected) => {
    const aggregator = create();
    take(aggregator, text);
    expect(aggregator.takeReport().refused).toEqual([]);
    expect(samplesOf(flush(aggregator))).toEqual(expected);
  });

  it.each([
    ['a', 'invalid_text_line'],
    [':1|c', 'invalid_text_line'],
    ['a|c:1', 'invalid_text_line'],
    ['a:1|x', 'invalid_text_line'],
    ['a:|c', 'invalid_value'],
    ['a:0x1|c', 'invalid_value'],
    ['a:1:|h', 'invalid_value'],
    ['a:-1|c', 'invalid_value'],
    ['a:1|c|@0', 'invalid_value'],
    ['a:1|c|@2', 'invalid_value'],
    ['a:1|c|#__name__:x', 'invalid_label'],
    ['a:1|h|#le:x', 'invalid_label'],
  ])('are refused by line: %j', (line, code) => {
    const aggregator = create();
    take(aggregator, `ok:1|c\n${line}\nok:1|c`);
    expect(aggregator.takeReport()).toMatchObject({ rows: 3, refusedCount: 1, refused: [{ row: 2, code }] });
    expect(samplesOf(flush(aggregator))).toEqual(['ok_total 2']);
    expect(aggregator.takeReport()).toMatchObject({ rows: 0, refusedCount: 0 });
  });

  it('have one series of one kind only, and pass over what is no metric', () => {
    const aggregator = create();
    take(aggregator, 'a:1|g\na:1|s\n_e{1,1}:a|b\n_sc|a|0');
    expect(aggregator.takeReport()).toMatchObject({
      refused: [{ row: 2, code: 'invalid_row' }],
      skipped: { event: 1, service_check: 1 },
    });
  });
});

describe('flushes', () => {
  it('count on, keep gauges, begin sets anew, and end what is too old', () => {
    const aggregator = create();
    take(aggregator, 'c:1|c\ng:7|g\ns:x|s');
    expect(samplesOf(flush(aggregator, 0))).toEqual(['c_total 1', 'g 7', 's 1']);
    take(aggregator, 'c:2|c');
    expect(samplesOf(flush(aggregator, 600))).toEqual(['c_total 3', 'g 7', 's 0']);
    expect(samplesOf(flush(aggregator, 1001))).toEqual(['c_total 3', 'g end', 's end']);
    expect(aggregator.seriesCount).toBe(1);
    expect(samplesOf(flush(aggregator, 2000))).toEqual(['c_total end']);
    expect([aggregator.seriesCount, aggregator.sizeBytes]).toEqual([0, 0]);
    take(aggregator, 'c:4|c');
    expect(samplesOf(flush(aggregator, 2001))).toEqual(['c_total 4']);
  });

  it('say where counters began, and what type they have, once', () => {
    const aggregator = create();
    take(aggregator, 'c:1|c\ng:7|g\nt:1|ms');
    const [first] = flush(aggregator, 100);
    expect(first.startCount).toBe(1 + 5);
    expect(first.metadata.map(({ metric, type, unit }) => [metric, type, unit])).toEqual([
      ['c_total', 'counter', ''],
      ['g', 'gauge', ''],
      ['t_seconds', 'histogram', 'seconds'],
    ]);
    const [second] = flush(aggregator, 110);
    expect([second.startCount, second.metadata]).toEqual([0, []]);
  });

  it('come in several batches where there is much', () => {
    const aggregator = new StatsdAggregator({ buckets: [], ttlMs: 1000, sizeBytesMax: 1e8 });
    for (let i = 0; i < 12_000; i++) take(aggregator, `g:1|g|#i:${i}`);
    const batches = flush(aggregator);
    expect(batches.map(({ sampleCount }) => sampleCount)).toEqual([5000, 5000, 2000]);
  });
});

describe('any packets', () => {
  const pieces = fc
    .array(
      fc.constantFrom(
        'a',
        'b',
        ':',
        '|',
        '1',
        '-2',
        '@0.5',
        '#',
        ',',
        '\n',
        'c',
        'g',
        'ms',
        's',
        'h',
        '|c|#x:',
        'é',
        '_e{',
        'a:1|c',
        'z:1|s',
      ),
      { maxLength: 30 },
    )
    .map((parts) => encoder.encode(parts.join('')));
  const packets = fc.array(fc.oneof(fc.uint8Array({ maxLength: 100 }), pieces), { maxLength: 20 });

  it('are taken or refused by line, in bounded memory', { timeout: RUNS_MS_MAX }, () => {
    fc.assert(
      fc.property(packets, (all) => {
        const aggregator = create();
        for (const packet of all) aggregator.add(packet);
        const { rows, refusedCount } = aggregator.takeReport();
        expect(refusedCount).toBeLessThanOrEqual(2 * rows);
        expect(aggregator.sizeBytes).toBeLessThanOrEqual(SIZE_BYTES_MAX);
        for (const batch of flush(aggregator)) {
          for (let i = 0; i < batch.sampleCount; i++) {
            expect(batch.labelsOf(batch.sampleSeries[i]).metricName).toMatch(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/);
            expect(Number.isFinite(batch.values[i])).toBe(true);
          }
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('of ever new series are refused past a bound, and known ones go on', () => {
    const aggregator = create();
    for (let i = 0; i < 1000; i++) take(aggregator, `c:1|c|#i:${i}`);
    const { refusedByCode } = aggregator.takeReport();
    expect(refusedByCode.get('too_many_series')).toBeGreaterThan(900);
    expect(aggregator.sizeBytes).toBeLessThanOrEqual(SIZE_BYTES_MAX);
    take(aggregator, 'c:1|c|#i:0');
    expect(aggregator.takeReport().refusedCount).toBe(0);
  });
});
