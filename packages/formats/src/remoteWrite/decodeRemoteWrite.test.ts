import { isStaleAt, STALE_NAN_HIGH, STALE_NAN_LOW, WriteBatch } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import { REMOTE_WRITE_OBJECTS_MAX, REMOTE_WRITE_ROWS_MAX } from '../limits.js';
import type { DecodeResult } from '../refusals.js';
import { decodeRemoteWrite } from './decodeRemoteWrite.js';
import {
  type Bytes,
  bodyOf,
  double,
  integer,
  label,
  message,
  sample,
  series,
  text,
  varint,
} from './messages.suite.js';

const up = label('__name__', 'up');
const job = label('job', 'api');
const STALE_BITS = 0x7ff0000000000002n;

describe('a remote write body', () => {
  it('gives its samples in order, rows from 0', () => {
    const { batch, result } = decode(
      series(up, job, sample(1, 1000)),
      series(label('__name__', 'down'), sample(-2.5, 1001), sample(3, 1002)),
      series(up, job, sample(4, 1003)),
    );
    expect(describeSamples(batch)).toEqual([
      'up{job="api"} 1 @1000 row 0',
      'down -2.5 @1001 row 1',
      'down 3 @1002 row 2',
      'up{job="api"} 4 @1003 row 3',
    ]);
    expect(result).toEqual({ rows: 4, refusedCount: 0, refusedByCode: new Map(), refused: [] });
  });

  it('adds to what the batch holds', () => {
    const batch = new WriteBatch();
    decodeRemoteWrite(bodyOf(series(up, sample(1, 1))), batch, { sizeBytesMax: 1000 });
    decodeRemoteWrite(bodyOf(series(up, job, sample(2, 2))), batch, { sizeBytesMax: 1000 });
    expect(describeSamples(batch)).toEqual(['up 1 @1 row 0', 'up{job="api"} 2 @2 row 0']);
  });

  it('keeps all bits of a value', () => {
    const bits = [
      STALE_BITS,
      0x7ff8000000000001n,
      0x8000000000000000n,
      1n,
      0x7ff0000000000000n,
      0xfff123456789abcdn,
    ];
    const { batch } = decode(series(up, ...bits.map((value, i) => sample(value, i))));
    const words = batch.valueWords;
    expect(bits.map((_, i) => (BigInt(words[2 * i + 1]) << 32n) | BigInt(words[2 * i]))).toEqual(bits);
    expect(isStaleAt(words, 0)).toBe(true);
    expect([words[0], words[1]]).toEqual([STALE_NAN_LOW, STALE_NAN_HIGH]);
  });

  it.each([
    0,
    127,
    128,
    1_795_229_706_898,
    -1,
    -62_135_596_800_000,
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
  ])('takes the time %d', (timeMs) => {
    expect([...decode(series(up, sample(1, timeMs))).batch.times.subarray(0, 1)]).toEqual([timeMs]);
  });

  it.each([2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)])(
    'refuses the time %d, and goes on',
    (timeMs) => {
      const { batch, refused } = decode(series(up, sample(1, timeMs), sample(2, 2)));
      expect(refused).toEqual([[0, 'invalid_timestamp']]);
      expect(describeSamples(batch)).toEqual(['up 2 @2 row 1']);
    },
  );

  it('takes fields left out as zero', () => {
    expect(describeSamples(decode(series(up, message(2, []))).batch)).toEqual(['up 0 @0 row 0']);
    expect(decode().result.rows).toBe(0);
    expect(decode(series(up)).batch.seriesCount).toBe(0);
  });

  it('takes the last of a field given twice, and fields in any order', () => {
    const { batch } = decode(
      series(
        message(2, [...integer(2, 5), ...double(1, 7), ...double(1, 8)]),
        message(1, [...text(2, 'api'), ...text(1, 'instance'), ...text(1, 'job')]),
        up,
      ),
    );
    expect(describeSamples(batch)).toEqual(['up{job="api"} 8 @5 row 0']);
  });

  it('passes over unknown fields of every wire type', () => {
    const unknown = [
      ...integer(100, -1),
      ...double(101, 1),
      ...message(102, [1, 2, 3]),
      ...varint((103 << 3) | 5),
      1,
      2,
      3,
      4,
    ];
    const { batch, refused } = decode(
      unknown,
      message(2, [1]),
      message(1, [
        ...unknown,
        ...message(1, [...unknown, ...text(1, '__name__'), ...text(2, 'up'), ...unknown]),
        ...message(2, [...unknown, ...double(1, 1), ...unknown, ...integer(2, 2), ...unknown]),
        ...unknown,
      ]),
    );
    expect(refused).toEqual([]);
    expect(describeSamples(batch)).toEqual(['up 1 @2 row 0']);
  });
});

describe('labels', () => {
  it.each([
    ['of one byte', 'a', 'b'],
    ['of 127 bytes', 'n'.repeat(127), 'v'.repeat(127)],
    ['of 128 bytes', 'n'.repeat(128), 'v'.repeat(128)],
    ['of 20,000 bytes', 'n', 'v'.repeat(20_000)],
    ['of more than ASCII', 'größe', '日本\u{1f600}\ufeff'],
    ['of a quoted name', 'net.peer name', '"\\\n\u0000'],
  ])('are taken as they are: %s', (_, name, value) => {
    const { batch } = decode(series(up, label(name, value), label('z', 'last'), sample(1, 1)));
    expect(batch.labelsOf(0).toObject()).toEqual({ __name__: 'up', [name]: value, z: 'last' });
  });

  it('are put in order, with the same bytes as if they had come so', () => {
    const { batch } = decode(
      series(label('b', '2'), up, label('a', '1'), label('Z', '0'), sample(1, 1)),
      series(label('Z', '0'), up, label('a', '1'), label('b', '2'), sample(2, 1)),
    );
    expect(bytesOf(batch, 0)).toEqual(bytesOf(batch, 1));
    expect(batch.labelsOf(0).toObject()).toEqual({ Z: '0', __name__: 'up', a: '1', b: '2' });
  });

  it.each([
    ['an empty value', label('a', '')],
    ['no value', message(1, text(1, 'a'))],
  ])('with %s are absent', (_, absent) => {
    const { batch } = decode(
      series(up, absent, label('c', '3'), sample(1, 1)),
      series(up, label('c', '3'), absent, sample(1, 1)),
      series(up, label('c', '3'), sample(1, 1)),
    );
    expect(bytesOf(batch, 0)).toEqual(bytesOf(batch, 2));
    expect(bytesOf(batch, 1)).toEqual(bytesOf(batch, 2));
  });

  it('have the same bytes whatever lengths they are written with', () => {
    const padded = (content: Bytes): Bytes => [content[0], content[1] | 0x80, 0, ...content.slice(2)];
    const plain = [...text(1, 'job'), ...text(2, 'api')];
    const { batch } = decode(
      series(up, message(1, [...padded(text(1, 'job')), ...padded(text(2, 'api'))]), sample(1, 1)),
      series(up, message(1, [...text(1, 'job'), ...padded(text(2, 'api'))]), sample(1, 1)),
      series(up, padded(message(1, plain)), sample(1, 1)),
      series(up, message(1, plain), sample(1, 1)),
    );
    for (const other of [0, 1, 2]) expect(bytesOf(batch, other)).toEqual(bytesOf(batch, 3));
  });

  it('are not mistaken when a length of three bytes looks like one of two', () => {
    // Read as two bytes, 0xd1 0x80 0x0a is 16,465 and a tag, and what follows makes a sound label of that size.
    const name = `${'x'.repeat(9)}\u0012\u0080${'x'.repeat(85)}`;
    const unknown = (length: number): Bytes => message(5, Array<number>(length).fill(0));
    const filled = [...Array<Bytes>(126).fill(unknown(127)), unknown(106), unknown(147_453)].flat();
    const one = message(1, [...text(1, name), ...text(2, 'v'), ...filled]);
    expect(one.slice(1, 6)).toEqual([0xd1, 0x80, 0x0a, 0x0a, 97]);
    const { batch } = decode(series(up, one, sample(1, 1)));
    expect(batch.labelsOf(0).toObject()).toEqual({ __name__: 'up', [name]: 'v' });
  });

  it.each([
    ['a name given twice', 'invalid_label', [up, label('a', '1'), label('a', '2')]],
    ['a name given twice, apart', 'invalid_label', [label('a', '1'), up, label('a', '1')]],
    ['an empty name', 'invalid_label', [up, label('', 'x')]],
    ['no name', 'invalid_label', [up, message(1, text(2, 'x'))]],
    ['nothing in a label', 'invalid_label', [up, message(1, [])]],
    ['a value that is not UTF-8', 'invalid_label', [up, label('a', [0x61, 0xff])]],
    ['a value cut within a character', 'invalid_label', [up, label('a', [0xe2, 0x82])]],
    ['a name that is not UTF-8', 'invalid_label', [up, label([0xed, 0xa0, 0x80], 'x')]],
    ['an absent label whose name is not UTF-8', 'invalid_label', [up, label([0xff], '')]],
    ['no metric name', 'invalid_metric_name', [job]],
    ['no labels', 'invalid_metric_name', []],
    ['an empty metric name', 'invalid_metric_name', [label('__name__', ''), job]],
    ['a metric name that is not UTF-8', 'invalid_metric_name', [label('__name__', [0xc0, 0x80])]],
  ] as const)('refuse all rows of their series, and no other: %s', (_, code, labels) => {
    const { batch, refused, result } = decode(
      series(up, sample(1, 1)),
      series(...labels, sample(2, 2), sample(3, 3)),
      series(up, sample(4, 4)),
    );
    expect(refused).toEqual([
      [1, code],
      [2, code],
    ]);
    expect(result.rows).toBe(4);
    expect(describeSamples(batch)).toEqual(['up 1 @1 row 0', 'up 4 @4 row 3']);
    expect(batch.seriesCount).toBe(2);
  });

  it('are named in the message, shortly', () => {
    const long = 'x'.repeat(100_000);
    const { result } = decode(
      series(label('__name__', long), label(long, 'a'), label(long, 'b'), sample(1, 1)),
    );
    expect(result.refused[0].message).toMatch(/^metric "xxx/);
    expect(result.refused[0].message.length).toBeLessThan(300);
  });
});

describe('exemplars and native histograms', () => {
  const exemplar = (...fields: readonly Bytes[]): Bytes => message(3, fields.flat());

  it('are rows: the ones kept, the others refused', () => {
    const traced = exemplar(label('trace_id', 'abc'), double(2, 0.5), integer(3, 900));
    const { batch, refused, result } = decode(
      series(up, sample(1, 1), traced, message(4, [0xff, 0xff])),
      series(label('__name__', 'only_exemplar'), traced),
      series(label('__name__', 'only_histogram'), message(4, [])),
    );
    expect(batch.exemplars.map(({ labels, ...rest }) => ({ ...rest, labels: labels.toObject() }))).toEqual([
      { series: 0, labels: { trace_id: 'abc' }, value: 0.5, timeMs: 900 },
      { series: 1, labels: { trace_id: 'abc' }, value: 0.5, timeMs: 900 },
    ]);
    expect(batch.seriesCount).toBe(2);
    expect(refused).toEqual([
      [2, 'invalid_value'],
      [4, 'invalid_value'],
    ]);
    expect(result.rows).toBe(5);
    expect(result.refused[0].message).toContain('native histograms are not taken yet');
  });

  it.each([
    ['an empty name', 'invalid_label', [label('', 'x')]],
    ['a name given twice', 'invalid_label', [label('a', '1'), label('a', '2')]],
    ['text that is not UTF-8', 'invalid_label', [label('a', [0xff])]],
    ['more than 128 characters', 'invalid_label', [label('abc', 'ü'.repeat(126))]],
    ['a time beyond reason', 'invalid_timestamp', [integer(3, 2n ** 60n)]],
  ] as const)('are refused alone: %s', (_, code, fields) => {
    const { batch, refused } = decode(series(up, exemplar(...fields), sample(1, 1)));
    expect(refused).toEqual([[0, code]]);
    expect(batch.exemplars).toEqual([]);
    expect(batch.sampleCount).toBe(1);
  });

  it('may have 128 characters', () => {
    const { batch } = decode(series(up, exemplar(label('abc', 'ü'.repeat(125)))));
    expect(batch.exemplars[0].labels.toObject()).toEqual({ abc: 'ü'.repeat(125) });
  });
});

describe('metadata', () => {
  it('describes families, the last word counting', () => {
    const { batch, result } = decode(
      message(3, [...integer(1, 2), ...text(2, 'a'), ...text(4, 'old'), ...text(5, 'bytes')]),
      message(3, [...integer(1, 1), ...text(2, 'a'), ...text(4, 'Hälp.'), ...text(5, 'bytes')]),
      message(3, [...integer(1, 5), ...text(2, 's')]),
      message(3, [...integer(1, 7), ...text(2, 'states')]),
      message(3, [...integer(1, 99), ...text(2, 'new')]),
    );
    expect(batch.metadata).toEqual([
      { metric: 'a', type: 'counter', help: 'Hälp.', unit: 'bytes' },
      { metric: 's', type: 'summary', help: '', unit: '' },
      { metric: 'states', type: 'stateset', help: '', unit: '' },
      { metric: 'new', type: 'unknown', help: '', unit: '' },
    ]);
    expect(result).toMatchObject({ rows: 5, refusedCount: 0 });
  });

  it('is refused by entry', () => {
    const { batch, refused } = decode(
      message(3, integer(1, 1)),
      message(3, text(2, [0xff])),
      message(3, [...text(2, 'a'), ...text(4, [0xff])]),
      message(3, text(2, 'b')),
    );
    expect(refused).toEqual([
      [0, 'invalid_metric_name'],
      [1, 'invalid_metric_name'],
      [2, 'invalid_row'],
    ]);
    expect(batch.metadata.map(({ metric }) => metric)).toEqual(['b']);
  });
});

describe('a broken request', () => {
  it.each([
    ['a series past the end', [0x0a, 5, 1], 1],
    ['a length that is cut off', [0x0a, 0x80], 1],
    ['a length above 2^53', [0x0a, ...varint(2n ** 63n), 0], 1],
    ['a varint of eleven bytes', [8 << 3, ...Array(10).fill(0x80), 1], 1],
    ['a varint above 64 bits', [8 << 3, ...Array(9).fill(0x80), 2], 1],
    ['a tag that is cut off', [0x80], 0],
    ['a tag above 32 bits', [...varint(2n ** 32n + 10n), 0], 0],
    ['field 0', [2, 0], 0],
    ['a series as a number', integer(1, 1), 1],
    ['metadata as a double', double(3, 1), 1],
    ['a group', [(9 << 3) | 3, (9 << 3) | 4], 1],
    ['the wire type 7', [(9 << 3) | 7], 1],
    ['four bytes cut off', [(9 << 3) | 5, 1, 2, 3], 1],
    ['eight bytes cut off', [(9 << 3) | 1, 1, 2, 3, 4, 5, 6, 7], 1],
    ['a label as a number', series(integer(1, 1)), 3],
    ['a label past its series', [0x0a, 4, 0x0a, 9, 0x0a, 1, 0x61], 3],
    ['a sound label past its series', [0x0a, 12, ...label('abcd', 'xyz')], 3],
    ['a name past its label', series(message(1, [0x0a, 5, 0x61])), 5],
    ['a name as a number', series(message(1, integer(1, 1))), 5],
    ['a value past its label', series(message(1, [0x0a, 1, 0x61, 0x12, 2, 0x62])), 8],
    ['a sample as a double', series(double(2, 1)), 3],
    ['a value of a sample as a number', series(message(2, integer(1, 1))), 5],
    ['a value of a sample cut off', series(message(2, double(1, 1).slice(0, 8))), 5],
    ['a time as a double', series(message(2, double(2, 1))), 5],
    ['a time cut off', series(message(2, [0x10, 0x80])), 5],
    ['an exemplar as a number', series(integer(3, 1)), 3],
    ['a label of an exemplar past it', series(message(3, [0x0a, 9])), 5],
    ['a histogram as a number', series(integer(4, 1)), 3],
    ['a type of metadata as text', message(3, text(1, 'counter')), 3],
    ['a help of metadata past it', message(3, [0x22, 9]), 3],
  ] as const)('is refused as a whole, where it is broken: %s', (_, broken, offset) => {
    const before = series(up, sample(1, 1), message(3, label('trace_id', 'a')));
    const batch = new WriteBatch();
    batch.addSample(batch.addSeries(decode(before).batch.labelsOf(0)), 7, 7, 7);
    const body = bodyOf(before, message(3, text(2, 'family')), broken as Bytes);
    const start = before.length + 10;
    expect(() => decodeRemoteWrite(body, batch, { sizeBytesMax: 10_000 })).toThrow(
      expect.objectContaining({
        code: 'malformed_body',
        details: { layer: 'protobuf', offset: start + offset },
      }),
    );
    expect(describeSamples(batch)).toEqual(['up 7 @7 row 7']);
    expect([batch.seriesCount, batch.exemplars.length, batch.metadata.length]).toEqual([1, 0, 0]);
    decodeRemoteWrite(bodyOf(before), batch, { sizeBytesMax: 10_000 });
    expect(describeSamples(batch)).toEqual(['up 7 @7 row 7', 'up 1 @1 row 0']);
  });

  it.each([
    ['samples', REMOTE_WRITE_ROWS_MAX, message(2, [])],
    ['native histograms', REMOTE_WRITE_ROWS_MAX, message(4, [])],
    ['exemplars', REMOTE_WRITE_OBJECTS_MAX, message(3, [])],
  ])('is too large with more than %s than there may be', (_, max, row) => {
    const atLimit = bodyOfSeries(new Uint8Array(2 * max).map((__, i) => row[i % 2]));
    const batch = new WriteBatch();
    expect(decodeRemoteWrite(atLimit, batch, { sizeBytesMax: 2 ** 25 }).rows).toBe(max);
    batch.clear();
    const above = bodyOfSeries(new Uint8Array(2 * max + 2).map((__, i) => row[i % 2]));
    expect(() => decodeRemoteWrite(above, batch, { sizeBytesMax: 2 ** 25 })).toThrow(
      expect.objectContaining({ code: 'body_too_large', details: { rowsMax: max } }),
    );
    expect(batch.seriesCount + batch.sampleCount + batch.exemplars.length).toBe(0);
  });
});

function decode(...fields: readonly Bytes[]): {
  batch: WriteBatch;
  result: DecodeResult;
  refused: [number, string][];
} {
  const batch = new WriteBatch();
  const result = decodeRemoteWrite(bodyOf(...fields), batch, { sizeBytesMax: 1 << 20 });
  return { batch, result, refused: result.refused.map(({ row, code }) => [row, code]) };
}

/** One series `up` with fields too many for arrays of numbers, in one literal. */
function bodyOfSeries(fields: Uint8Array): Uint8Array {
  const head = [...varint((1 << 3) | 2), ...varint(up.length + fields.length), ...up];
  const size = head.length + fields.length;
  const literal = size - 1;
  const start = [...varint(size), 62 << 2, literal & 0xff, (literal >>> 8) & 0xff, literal >>> 16, ...head];
  const body = new Uint8Array(start.length + fields.length);
  body.set(start);
  body.set(fields, start.length);
  return body;
}

function describeSamples(batch: WriteBatch): string[] {
  return Array.from({ length: batch.sampleCount }, (_, i) => {
    const labels = batch.labelsOf(batch.sampleSeries[i]);
    return `${labels} ${batch.values[i]} @${batch.times[i]} row ${batch.rows[i]}`;
  });
}

function bytesOf(batch: WriteBatch, index: number): Uint8Array {
  return batch.arena.slice(batch.seriesStarts[index], batch.seriesStarts[index + 1]);
}
