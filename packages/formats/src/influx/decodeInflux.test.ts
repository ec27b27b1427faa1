import { TinyObsError, WriteBatch } from '@tinyobs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeInflux } from './decodeInflux.js';
import type { InfluxPrecision } from './influxTime.js';

const RUNS = process.env.TEST_SCALE === 'full' ? 100_000 : 2000;
const RUNS_MS_MAX = 600_000;
const LABEL_BYTES_MAX = 10_000;
const encoder = new TextEncoder();

function decode(text: string | Uint8Array, precision: InfluxPrecision = 'ns') {
  const batch = new WriteBatch();
  const body = typeof text === 'string' ? encoder.encode(text) : text;
  const result = decodeInflux(body, batch, { nowMs: 5, precision, labelBytesMax: LABEL_BYTES_MAX });
  const samples = Array.from(
    { length: batch.sampleCount },
    (_, i) => `${batch.labelsOf(batch.sampleSeries[i])} ${batch.values[i]} ${batch.times[i]}`,
  );
  return { batch, result, samples };
}

describe('lines', () => {
  it.each([
    [
      'cpu,host=a idle=1.5,busy=2 1700000000123456789',
      ['cpu_idle{host="a"} 1.5 1700000000123', 'cpu_busy{host="a"} 2 1700000000123'],
    ],
    ['m v=1i', ['m_v 1 5']],
    [
      'm v=18446744073709551615u,w=-9223372036854775808i',
      ['m_v 18446744073709552000 5', 'm_w -9223372036854776000 5'],
    ],
    ['m a=t,b=True,c=FALSE,d=f,e=true', ['m_a 1 5', 'm_b 1 5', 'm_c 0 5', 'm_d 0 5', 'm_e 1 5']],
    ['m a=-1.5e3,b=.5,c=+2', ['m_a -1500 5', 'm_b 0.5 5', 'm_c 2 5']],
    ['a\\,b\\ c,d\\=e=f\\,g\\ h\\=i j\\ k=1', ['a_b_c_j_k{d_e="f,g h=i"} 1 5']],
    ['m,a="b v=1\nm v=2', ['m_v{a="\\"b"} 1 5', 'm_v 2 5']],
    ['m,z=1,a=2 v=1', ['m_v{a="2", z="1"} 1 5']],
    ['9lives,1a=b größe=1', ['_9lives_gr__e{_1a="b"} 1 5']],
    ['m text="a \\" b, c=1\nnot a line",v=1\nm v=2', ['m_v 1 5', 'm_v 2 5']],
    ['# comment\n\n  \n m v=1 \r\nm v=2 -1500000\r\n', ['m_v 1 5', 'm_v 2 -2']],
    ['m\\ v=1', []],
  ])('%j', (text, expected) => {
    expect(decode(text).samples).toEqual(expected);
  });

  it.each([
    ['ns', '1700000000123999999', 1_700_000_000_123],
    ['us', '1700000000123999', 1_700_000_000_123],
    ['ms', '1700000000123', 1_700_000_000_123],
    ['s', '1700000000', 1_700_000_000_000],
    ['m', '-2', -120_000],
    ['h', '472222', 1_699_999_200_000],
  ] as const)('have times in %s', (precision, written, timeMs) => {
    expect(decode(`m v=1 ${written}`, precision).batch.times[0]).toBe(timeMs);
  });

  it.each([
    ['m', 'invalid_text_line', 2],
    [',a=b v=1', 'invalid_text_line', 1],
    ['m,a v=1', 'invalid_text_line', 4],
    ['m,a= v=1', 'invalid_text_line', 5],
    ['m v', 'invalid_text_line', 4],
    ['m v=', 'invalid_value', 5],
    ['m v=x', 'invalid_value', 5],
    ['m v=NaN', 'invalid_value', 5],
    ['m v=1.5i', 'invalid_value', 5],
    ['m v=-1u', 'invalid_value', 5],
    ['m v=9223372036854775808i', 'invalid_value', 5],
    ['m v="open', 'invalid_value', 5],
    ['m v=1 x', 'invalid_timestamp', 7],
    ['m v=1 99999999999999999999999999', 'invalid_timestamp', 7],
    ['m v=1 1 1', 'invalid_text_line', 9],
    ['m,__name__=x v=1', 'invalid_label', 17],
    ['m,a.b=1,a-b=2 v=1', 'invalid_label', 18],
  ])('are refused whole: %j', (line, code, column) => {
    const { samples, result } = decode(`ok v=1\n${line}\nok v=2`);
    expect(samples).toEqual(['ok_v 1 5', 'ok_v 2 5']);
    expect(result.refused).toEqual([
      { row: 2, column, code, message: expect.stringContaining('unable to parse') },
    ]);
  });

  it('that are refused take no fields with them, and rows of the batch lead to lines', () => {
    const { result, samples, batch } = decode('a x=1,y=2\nb x=1,t="text",y=z\nc t="text",x=3');
    expect(samples).toEqual(['a_x 1 5', 'a_y 2 5', 'c_x 3 5']);
    expect(result).toMatchObject({ rows: 3, refusedCount: 1, stringFields: 1 });
    expect(Array.from(batch.rows.subarray(0, 3), (row) => result.rowOf?.(row))).toEqual([1, 1, 3]);
  });
});

describe('any bytes', () => {
  const pieces = fc
    .array(
      fc.constantFrom(
        'm',
        'a',
        ',',
        '=',
        ' ',
        '\n',
        '\r\n',
        '"',
        '\\',
        '#',
        '1',
        '1i',
        '2u',
        't',
        '-',
        'é',
        '\t',
        ' v=1',
        'm,a=b v=1 5',
      ),
      { maxLength: 40 },
    )
    .map((parts) => encoder.encode(parts.join('')));
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), pieces);

  it('are in the batch or refused by line, in bounded memory', { timeout: RUNS_MS_MAX }, () => {
    fc.assert(
      fc.property(bytes, (body) => {
        const { batch, result } = decode(body);
        expect(new Set(result.refused.map(({ row }) => row)).size).toBe(result.refusedCount);
        expect(result.refusedCount).toBeLessThanOrEqual(result.rows);
        expect(batch.arenaLength).toBeLessThanOrEqual(LABEL_BYTES_MAX);
        for (let i = 0; i < batch.sampleCount; i++) {
          expect(batch.labelsOf(batch.sampleSeries[i]).metricName).toMatch(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/);
          expect(Number.isSafeInteger(batch.times[i])).toBe(true);
          expect(Number.isFinite(batch.values[i])).toBe(true);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('that would make more labels than there is room for are refused whole', () => {
    const fields = Array.from({ length: 300 }, (_, i) => `f${i}=1`).join(',');
    const batch = new WriteBatch();
    const body = encoder.encode(`m,tag=${'x'.repeat(100)} ${fields}`);
    const options = { nowMs: 5, precision: 'ns', labelBytesMax: LABEL_BYTES_MAX } as const;
    expect(() => decodeInflux(body, batch, options)).toThrow(TinyObsError);
    expect([batch.seriesCount, batch.sampleCount]).toEqual([0, 0]);
  });
});
