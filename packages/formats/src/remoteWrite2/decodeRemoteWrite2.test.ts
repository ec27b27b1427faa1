import { isStaleAt, NO_ROW, WriteBatch } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import type { DecodeResult } from '../refusals.js';
import {
  type Bytes,
  double,
  integer,
  message,
  bodyOf as rawBody,
  text,
  varint,
} from '../remoteWrite/messages.suite.js';
import { decodeRemoteWrite2 } from './decodeRemoteWrite2.js';
import { bodyOf, SymbolWriter, TYPE, type WrittenSeries } from './requests.suite.js';

const SIZE_BYTES_MAX = 1 << 20;

/** Symbols 1 to 4 of requests that are written byte by byte. */
const UP_SYMBOLS: Bytes = ['', '__name__', 'up', 'job', 'api'].flatMap((symbol) => text(4, symbol));
const UP: Bytes = message(1, [1, 2]);
const UP_API: Bytes = message(1, [1, 2, 3, 4]);

describe('a remote write 2.0 body', () => {
  it('gives its samples in order, rows from 0', () => {
    const { batch, result } = decode((symbols) => [
      {
        labelsRefs: symbols.labels({ __name__: 'up', job: 'api' }),
        samples: [{ value: 1, timestamp: 1000 }],
      },
      {
        labelsRefs: symbols.labels({ __name__: 'down' }),
        samples: [
          { value: -2.5, timestamp: 1001 },
          { value: 3, timestamp: 1002 },
        ],
      },
      { labelsRefs: symbols.labels({ __name__: 'up', job: 'api' }), samples: [{ value: 4, timestamp: -1 }] },
    ]);
    expect(describeSamples(batch)).toEqual([
      'up{job="api"} 1 @1000 row 0',
      'down -2.5 @1001 row 1',
      'down 3 @1002 row 2',
      'up{job="api"} 4 @-1 row 3',
    ]);
    expect(result).toEqual({ rows: 4, refusedCount: 0, refusedByCode: new Map(), refused: [] });
  });

  it('adds to what the batch holds', () => {
    const batch = new WriteBatch();
    for (const value of [1, 2]) {
      decodeRemoteWrite2(rawBody(UP_SYMBOLS, message(5, [...UP, ...sample(value, value)])), batch, {
        sizeBytesMax: SIZE_BYTES_MAX,
      });
    }
    expect(describeSamples(batch)).toEqual(['up 1 @1 row 0', 'up 2 @2 row 0']);
  });

  it('keeps all bits of a value', () => {
    const bits = [0x7ff0000000000002n, 0x7ff8000000000001n, 0x8000000000000000n, 1n, 0xfff123456789abcdn];
    const { batch } = decodeRaw(
      UP_SYMBOLS,
      message(5, [...UP, ...bits.flatMap((value, i) => sample(value, i))]),
    );
    const words = batch.valueWords;
    expect(bits.map((_, i) => (BigInt(words[2 * i + 1]) << 32n) | BigInt(words[2 * i]))).toEqual(bits);
    expect(isStaleAt(words, 0)).toBe(true);
  });

  it.each([2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)])(
    'refuses the time %d, and goes on',
    (timeMs) => {
      const { batch, refused } = decodeRaw(
        UP_SYMBOLS,
        message(5, [...UP, ...sample(1, timeMs), ...sample(2, 2)]),
      );
      expect(refused).toEqual([[0, 'invalid_timestamp']]);
      expect(describeSamples(batch)).toEqual(['up 2 @2 row 1']);
    },
  );

  it('may have its fields in any order, references one by one, and fields that nobody knows', () => {
    const unknown = [...integer(100, -1), ...double(101, 1), ...message(102, [1, 2, 3])];
    const { batch, refused } = decodeRaw(
      unknown,
      message(5, [
        ...unknown,
        ...message(2, [...integer(2, 5), ...unknown, ...double(1, 7), ...double(1, 8)]),
        ...message(1, [3]),
        ...integer(1, 4),
        ...message(1, [1, 2]),
        ...unknown,
      ]),
      UP_SYMBOLS,
      unknown,
    );
    expect(refused).toEqual([]);
    expect(describeSamples(batch)).toEqual(['up{job="api"} 8 @5 row 0']);
  });

  it('takes fields left out as zero', () => {
    expect(describeSamples(decodeRaw(UP_SYMBOLS, message(5, [...UP, ...message(2, [])])).batch)).toEqual([
      'up 0 @0 row 0',
    ]);
    expect(decodeRaw().result.rows).toBe(0);
    expect(decodeRaw(UP_SYMBOLS, message(5, UP)).batch.seriesCount).toBe(0);
  });
});

describe('labels of version 2.0', () => {
  it.each([
    ['of one byte', 'a', 'b'],
    ['of 127 bytes', 'n'.repeat(127), 'v'.repeat(127)],
    ['of 128 bytes', 'n'.repeat(128), 'v'.repeat(128)],
    ['of 20,000 bytes', 'n', 'v'.repeat(20_000)],
    ['of more than ASCII', 'größe', '日本\u{1f600}\ufeff'],
    ['of a quoted name', 'net.peer name', '"\\\n\u0000'],
  ])('are taken as they are: %s', (_, name, value) => {
    const labels = { __name__: 'up', [name]: value, z: 'last' };
    const { batch } = decode((symbols) => [{ labelsRefs: symbols.labels(labels), samples: [{}] }]);
    expect(batch.labelsOf(0).toObject()).toEqual(labels);
  });

  it.each([
    ['in another order', message(1, [3, 4, 1, 2])],
    ['with one that is empty, and so absent', message(1, [1, 2, 3, 4, 5, 0])],
    ['by other symbols of the same text', message(1, [6, 2, 3, 4])],
    ['by symbols whose length is written longer than it need be', message(1, [1, 7, 3, 4])],
    ['by references that are written longer than they need be', message(1, [0x81, 0, 2, 0x83, 0x80, 0, 4])],
  ])('have the same bytes %s', (_, given) => {
    const more = [...text(4, 'zone'), ...text(4, '__name__'), 0x22, 0x82, 0, 0x75, 0x70];
    const { batch } = decodeRaw(
      UP_SYMBOLS,
      more,
      message(5, [...UP_API, ...sample(1, 1)]),
      message(5, [...given, ...sample(2, 2)]),
    );
    expect(describeSamples(batch)).toEqual(['up{job="api"} 1 @1 row 0', 'up{job="api"} 2 @2 row 1']);
    expect(bytesOf(batch, 1)).toEqual(bytesOf(batch, 0));
  });

  it.each([
    ['a name given twice', 'invalid_label', [1, 2, 3, 4, 3, 4]],
    ['an empty name', 'invalid_label', [0, 4, 1, 2]],
    ['a name without a value', 'invalid_label', [1, 2, 3]],
    ['a symbol that is not there', 'invalid_label', [1, 2, 3, 7]],
    ['a symbol above 32 bits', 'invalid_label', [1, 2, 3, ...varint(2n ** 32n + 4n)]],
    ['a symbol below zero', 'invalid_label', [1, 2, 3, ...varint(-1)]],
    ['a value that is not UTF-8', 'invalid_label', [1, 2, 3, 5]],
    ['a name that is not UTF-8', 'invalid_label', [1, 2, 5, 4]],
    ['no metric name', 'invalid_metric_name', [3, 4]],
    ['no labels', 'invalid_metric_name', []],
    ['an empty metric name', 'invalid_metric_name', [1, 0, 3, 4]],
    ['a metric name that is not UTF-8', 'invalid_metric_name', [1, 5]],
    ['more than anybody has', 'too_many_labels', Array<number>(2 * 65_537).fill(0)],
  ])('refuse all rows of their series, and no other: %s', (_, code, references) => {
    const { batch, refused, result } = decodeRaw(
      UP_SYMBOLS,
      text(4, [0x61, 0xff]),
      text(4, 'last'),
      message(5, [...UP, ...sample(1, 1)]),
      message(5, [...message(1, references), ...sample(2, 2), ...message(3, []), ...message(4, [])]),
      message(5, [...UP, ...sample(4, 4)]),
    );
    expect(refused).toEqual([1, 2, 3].map((row) => [row, code]));
    expect(result.rows).toBe(5);
    expect(describeSamples(batch)).toEqual(['up 1 @1 row 0', 'up 4 @4 row 4']);
    expect([batch.seriesCount, batch.exemplars.length]).toEqual([2, 0]);
  });

  it('are named in the message, shortly', () => {
    const { result } = decode((symbols) => [
      { labelsRefs: [...symbols.labels({ __name__: 'x'.repeat(100_000) }), 999, 999], samples: [{}] },
      {
        labelsRefs: [...symbols.labels({ __name__: 'x'.repeat(100_000), a: 'b' }), symbols.ref('a'), 0],
        samples: [{}],
      },
    ]);
    expect(result.refused[0].message).toMatch(/^metric "xxx.*labels_refs names symbol 999 of 5$/);
    expect(result.refused[1].message).toMatch(/^metric "xxx.*label name "a" is given twice$/);
    expect(result.refused[1].message.length).toBeLessThan(300);
  });
});

describe('exemplars and native histograms of version 2.0', () => {
  it('are rows: the ones kept, the others refused', () => {
    const { batch, refused, result } = decode((symbols) => {
      const exemplars = [{ labelsRefs: symbols.labels({ trace_id: 'abc' }), value: 0.5, timestamp: 900 }];
      return [
        { labelsRefs: symbols.labels({ __name__: 'up' }), samples: [{}], exemplars },
        { labelsRefs: symbols.labels({ __name__: 'only_exemplar' }), exemplars },
        {
          labelsRefs: symbols.labels({ __name__: 'only_histogram' }),
          histograms: [{ sum: 1, timestamp: 1 }],
        },
      ];
    });
    expect(batch.exemplars.map(({ labels, ...rest }) => ({ ...rest, labels: labels.toObject() }))).toEqual([
      { series: 0, labels: { trace_id: 'abc' }, value: 0.5, timeMs: 900 },
      { series: 1, labels: { trace_id: 'abc' }, value: 0.5, timeMs: 900 },
    ]);
    expect(refused).toEqual([[3, 'invalid_value']]);
    expect(result.rows).toBe(4);
    expect(result.refused[0].message).toContain('native histograms are not taken yet');
  });

  it.each([
    ['an empty name', 'invalid_label', message(1, [0, 2])],
    ['a name given twice', 'invalid_label', message(1, [3, 2, 3, 4])],
    ['a name without a value', 'invalid_label', message(1, [3])],
    ['a symbol that is not there', 'invalid_label', message(1, [3, 9])],
    ['text that is not UTF-8', 'invalid_label', message(1, [3, 5])],
    ['more than 128 characters', 'invalid_label', message(1, [3, 6])],
    ['a time beyond reason', 'invalid_timestamp', integer(3, 2n ** 60n)],
  ] as const)('are refused alone: %s', (_, code, fields) => {
    const { batch, refused } = decodeRaw(
      UP_SYMBOLS,
      text(4, [0xff]),
      text(4, 'ü'.repeat(126)),
      message(5, [...UP, ...message(4, fields), ...sample(1, 1)]),
    );
    expect(refused).toEqual([[0, code]]);
    expect(batch.exemplars).toEqual([]);
    expect(batch.sampleCount).toBe(1);
  });
});

describe('metadata of version 2.0', () => {
  it('describes the family of each series', () => {
    const { batch, result } = decode((symbols) => {
      const series = (name: string, type: number, help = '', unit = ''): WrittenSeries => ({
        labelsRefs: symbols.labels({ __name__: name }),
        samples: [{}],
        metadata: { type, helpRef: symbols.ref(help), unitRef: symbols.ref(unit) },
      });
      return [
        series('requests_total', TYPE.counter, 'Requests.', 'requests'),
        series('seconds_bucket', TYPE.histogram, 'How long.', 'seconds'),
        series('seconds_sum', TYPE.histogram, 'How long.', 'seconds'),
        series('seconds_count', TYPE.histogram, 'How long.', 'seconds'),
        series('size', TYPE.summary, 'How large.'),
        series('size_count', TYPE.summary, 'How large.'),
        series('lonely_count', TYPE.counter),
        series('nothing_said', 0),
        series('of_the_future', 99, 'Later.'),
      ];
    });
    expect(batch.metadata).toEqual([
      { metric: 'requests_total', type: 'counter', help: 'Requests.', unit: 'requests' },
      { metric: 'seconds', type: 'histogram', help: 'How long.', unit: 'seconds' },
      { metric: 'size', type: 'summary', help: 'How large.', unit: '' },
      { metric: 'lonely_count', type: 'counter', help: '', unit: '' },
      { metric: 'of_the_future', type: 'unknown', help: 'Later.', unit: '' },
    ]);
    expect(result).toMatchObject({ rows: 9, refusedCount: 0 });
  });

  it('counts as it was said last', () => {
    const { batch } = decode((symbols) =>
      ['old', 'new', 'old'].map((help) => ({
        labelsRefs: symbols.labels({ __name__: 'up' }),
        samples: [{}],
        metadata: { type: TYPE.gauge, helpRef: symbols.ref(help) },
      })),
    );
    expect(batch.metadata).toEqual([{ metric: 'up', type: 'gauge', help: 'old', unit: '' }]);
  });

  it.each([
    ['a help that is not there', integer(3, 9)],
    ['a unit that is not there', integer(4, 9)],
    ['a help that is not UTF-8', integer(3, 5)],
  ])('refuses the rows of its series: %s', (_, field) => {
    const { batch, refused } = decodeRaw(
      UP_SYMBOLS,
      text(4, [0xff]),
      ...[1, 2].map((value) =>
        message(5, [...UP, ...sample(value, value), ...message(5, [...integer(1, 1), ...field])]),
      ),
      message(5, [...UP_API, ...sample(3, 3)]),
    );
    expect(refused).toEqual([0, 1].map((row) => [row, 'invalid_row']));
    expect(describeSamples(batch)).toEqual(['up{job="api"} 3 @3 row 2']);
    expect(batch.metadata).toEqual([]);
  });
});

describe('starts', () => {
  const START_MS = 1000;
  const started =
    (name: string, type: number | undefined, more: WrittenSeries) => (symbols: SymbolWriter) => [
      { labelsRefs: symbols.labels({ __name__: name }), metadata: { type }, ...more },
    ];
  const startsOf = (batch: WriteBatch) =>
    [...batch.times.subarray(0, batch.sampleCount)].filter((_, i) => batch.rows[i] === NO_ROW);

  it.each([
    ['a counter', 'requests_total', TYPE.counter],
    ['a bucket', 'seconds_bucket', TYPE.histogram],
    ['the sum of a histogram', 'seconds_sum', TYPE.histogram],
    ['the count of a summary', 'size_count', TYPE.summary],
  ])('stand before the first sample of %s, from either field', (_, name, type) => {
    for (const more of [
      { samples: [{ value: 5, timestamp: 2000, startTimestamp: START_MS }] },
      { samples: [{ value: 5, timestamp: 2000 }], createdTimestamp: START_MS },
      { samples: [{ value: 5, timestamp: 2000, startTimestamp: START_MS }], createdTimestamp: 7 },
    ]) {
      const { batch, result } = decode(started(name, type, more));
      expect(describeSamples(batch)).toEqual([`${name} 0 @1000 row ${NO_ROW}`, `${name} 5 @2000 row 0`]);
      expect([batch.startCount, result.rows]).toEqual([1, 1]);
    }
  });

  it.each([
    ['a gauge', 'up', TYPE.gauge],
    ['a quantile of a summary', 'size', TYPE.summary],
    ['a gauge histogram', 'size_bucket', TYPE.gaugehistogram],
    ['no type', 'up', undefined],
  ])('are not taken of %s', (_, name, type) => {
    const { batch } = decode(
      started(name, type, { samples: [{ timestamp: 2000, startTimestamp: START_MS }] }),
    );
    expect([batch.startCount, batch.sampleCount]).toEqual([0, 1]);
  });

  it.each([0, -1, 2000, 2001])(
    'are not taken when they are no time before the sample: %d',
    (startTimestamp) => {
      const samples = [{ timestamp: 2000, startTimestamp }];
      expect(decode(started('x_total', TYPE.counter, { samples })).batch.startCount).toBe(0);
    },
  );

  it('are not taken of a stale marker', () => {
    const marker = message(2, [
      ...double(1, 0x7ff0000000000002n),
      ...integer(2, 2000),
      ...integer(3, START_MS),
    ]);
    const { batch } = decodeRaw(
      UP_SYMBOLS,
      message(5, [...UP, ...marker, ...message(5, integer(1, TYPE.counter))]),
    );
    expect([batch.startCount, batch.sampleCount]).toEqual([0, 1]);
  });

  it('are said once by samples that follow each other', () => {
    const samples = [1, 1, 3500, 3500].map((startTimestamp, i) => ({
      timestamp: 2000 + 1000 * i,
      startTimestamp,
    }));
    expect(startsOf(decode(started('x_total', TYPE.counter, { samples })).batch)).toEqual([1, 3500]);
  });
});

describe('a broken request of version 2.0', () => {
  const before = [...UP_SYMBOLS, ...message(5, [...UP, ...sample(1, 1), ...message(4, [])])];
  it.each([
    ['a series past the end', [0x2a, 5, 1], 1],
    ['a symbol past the end', [0x22, 5, 1], 1],
    ['a length that is cut off', [0x2a, 0x80], 1],
    ['symbols as a number', integer(4, 1), 1],
    ['a series as a double', double(5, 1), 1],
    ['a group', [(9 << 3) | 3, (9 << 3) | 4], 1],
    ['references cut off', message(5, message(1, [1, 0x80])), 5],
    ['a reference as a double', message(5, double(1, 1)), 3],
    ['a sample as a number', message(5, integer(2, 1)), 3],
    ['a value as a number', message(5, message(2, integer(1, 1))), 5],
    ['a time as a double', message(5, message(2, double(2, 1))), 5],
    ['a start as a double', message(5, message(2, double(3, 1))), 5],
    ['a histogram as a number', message(5, integer(3, 1)), 3],
    ['an exemplar past its series', message(5, [0x22, 9]), 3],
    ['a reference of an exemplar as a double', message(5, message(4, double(1, 1))), 5],
    ['metadata as a number', message(5, integer(5, 1)), 3],
    ['a help as text', message(5, message(5, text(3, 'help'))), 5],
    ['a series of version 1.0', message(1, []), 0],
    ['metadata of version 1.0', message(3, []), 0],
  ] as const)('is refused as a whole, where it is broken: %s', (_, broken, offset) => {
    const batch = new WriteBatch();
    decodeRemoteWrite2(rawBody(before), batch, { sizeBytesMax: SIZE_BYTES_MAX });
    const counter = message(5, [
      ...UP,
      ...message(2, [...integer(2, 9), ...integer(3, 5)]),
      ...message(5, [8, 1]),
    ]);
    expect(() =>
      decodeRemoteWrite2(rawBody(before, counter, broken), batch, { sizeBytesMax: SIZE_BYTES_MAX }),
    ).toThrow(
      expect.objectContaining({
        code: 'malformed_body',
        details: { layer: 'protobuf', offset: before.length + counter.length + offset },
      }),
    );
    expect(describeSamples(batch)).toEqual(['up 1 @1 row 0']);
    expect([batch.seriesCount, batch.startCount, batch.exemplars.length, batch.metadata.length]).toEqual([
      1, 0, 1, 0,
    ]);
  });

  it('says what to do with a message of version 1.0', () => {
    expect(() => decodeRaw(message(1, []))).toThrow(/prometheus\.WriteRequest .*send it without proto=/);
  });
});

function sample(value: number | bigint, timeMs: number | bigint): Bytes {
  return message(2, [...double(1, value), ...integer(2, timeMs)]);
}

/** Decodes series as their sender writes them. */
function decode(series: (symbols: SymbolWriter) => WrittenSeries[]): Decoded {
  const writer = new SymbolWriter();
  const timeseries = series(writer);
  return decodeBody(bodyOf({ symbols: writer.symbols, timeseries }));
}

/** Decodes the fields of a request. */
function decodeRaw(...fields: readonly Bytes[]): Decoded {
  return decodeBody(rawBody(...fields));
}

interface Decoded {
  readonly batch: WriteBatch;
  readonly result: DecodeResult;
  readonly refused: [number, string][];
}

function decodeBody(body: Uint8Array): Decoded {
  const batch = new WriteBatch();
  const result = decodeRemoteWrite2(body, batch, { sizeBytesMax: SIZE_BYTES_MAX });
  return { batch, result, refused: result.refused.map(({ row, code }) => [row, code]) };
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
