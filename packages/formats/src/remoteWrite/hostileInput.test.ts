import { Labels, METRIC_NAME, TinyObsError, WriteBatch } from '@tinyobs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REFUSALS_LISTED_MAX } from '../limits.js';
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

const SIZE_BYTES_MAX = 1 << 20;
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const up = label(METRIC_NAME, 'up');
const sound: Bytes = [
  ...series(
    up,
    label('job', 'api'),
    sample(1, 1_795_229_706_898),
    message(3, [...label('trace_id', 'ü'), ...double(2, 1)]),
  ),
  ...series(label(METRIC_NAME, 'down'), label('long', 'v'.repeat(200)), sample(-0.5, -1), sample(2, 2)),
  ...series(label('b', ''), label('a', 'ü'), up, sample(3, 3), message(4, integer(1, 1))),
  ...message(3, [...integer(1, 1), ...text(2, 'up'), ...text(4, 'Whether it is up.'), ...text(5, 's')]),
];

/** Bytes of a sound request, some of them changed, left out, or put in. */
const mutated = fc
  .array(
    fc.record({
      at: fc.nat(sound.length - 1),
      byte: fc.nat(255),
      kind: fc.constantFrom('set', 'cut', 'add'),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((changes) => {
    const bytes = [...sound];
    for (const { at, byte, kind } of changes)
      bytes.splice(at, kind === 'add' ? 0 : 1, ...(kind === 'cut' ? [] : [byte]));
    return bytes;
  });

describe('bytes made by chance', () => {
  it('are decoded or refused as a whole, as a body', () => {
    const declared = fc.tuple(fc.nat(300), fc.uint8Array({ maxLength: 100 }));
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      declared.map(([length, bytes]) => Uint8Array.from([...varint(length), ...bytes])),
      mutated.map((bytes) => Uint8Array.from([...varint(sound.length), ...bytes])),
    );
    fc.assert(fc.property(body, expectSoundOutcome), { numRuns: 3000 });
  });

  it('are decoded or refused as a whole, as a request', () => {
    const tags = fc.constantFrom(
      0x08,
      0x09,
      0x0a,
      0x10,
      0x11,
      0x12,
      0x18,
      0x1a,
      0x22,
      0x2a,
      0x80,
      0x00,
      0x01,
    );
    const request = fc.oneof(mutated, fc.array(fc.oneof(tags, fc.nat(20), fc.nat(255)), { maxLength: 60 }));
    fc.assert(
      fc.property(request, (bytes) => expectSoundOutcome(bodyOf(bytes))),
      { numRuns: 5000 },
    );
  });

  it('are decoded or refused as a whole, as a body mutated after compression', () => {
    const body = bodyOf(sound);
    for (let at = 0; at < body.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const flipped = body.slice();
        flipped[at] ^= 1 << bit;
        expectSoundOutcome(flipped);
      }
      expectSoundOutcome(body.slice(0, at));
    }
  });
});

/** Names and values from few, so that they repeat, and in any order, as bytes that may not be UTF-8. */
const anyText = fc.oneof(
  fc
    .constantFrom('a', 'b', 'ab', 'job', METRIC_NAME, 'Z', 'ü', '')
    .map((given) => [...new TextEncoder().encode(given)]),
  fc.array(fc.constantFrom(0x61, 0x7f, 0x80, 0xc3, 0xbc, 0xff), { maxLength: 4 }),
  fc.constantFrom(127, 128, 129).map((length) => Array<number>(length).fill(0x76)),
);

it('takes a series exactly when its labels make a sound set', () => {
  const pairs = fc.array(fc.tuple(anyText, anyText), { maxLength: 5 });
  fc.assert(
    fc.property(pairs, fc.boolean(), (given, named) => {
      const all = named ? [...given, [[...new TextEncoder().encode(METRIC_NAME)], [0x78]] as const] : given;
      const batch = new WriteBatch();
      const body = bodyOf(series(...all.map(([name, value]) => label(name, value)), sample(1, 1)));
      const { refusedCount } = decodeRemoteWrite(body, batch, { sizeBytesMax: SIZE_BYTES_MAX });
      const expected = soundLabels(all);
      expect(refusedCount).toBe(expected ? 0 : 1);
      expect(batch.sampleCount).toBe(expected ? 1 : 0);
      if (expected) expect(batch.labelsOf(0).flat).toEqual(expected.flat);
    }),
    { numRuns: 5000 },
  );
});

describe('bodies made to hurt', () => {
  it('are read in bounded time: many labels in the wrong order', () => {
    const names = Array.from({ length: 20_000 }, (_, i) => `l${100_000 - i}`);
    const batch = new WriteBatch();
    const body = bodyOf(series(up, ...names.map((name) => label(name, 'x')), sample(1, 1)));
    expect(decodeRemoteWrite(body, batch, { sizeBytesMax: SIZE_BYTES_MAX }).refusedCount).toBe(0);
    expect(batch.labelsOf(0).size).toBe(names.length + 1);
  });

  it('list a bounded number of refusals and count the rest', () => {
    const body = bodyOf(series(label('a', 'b'), ...Array<Bytes>(5000).fill(sample(1, 1))));
    const batch = new WriteBatch();
    const { refused, refusedCount, refusedByCode } = decodeRemoteWrite(body, batch, {
      sizeBytesMax: SIZE_BYTES_MAX,
    });
    expect(refused).toHaveLength(REFUSALS_LISTED_MAX);
    expect(refusedCount).toBe(5000);
    expect(refusedByCode).toEqual(new Map([['invalid_metric_name', 5000]]));
    expect(batch.seriesCount).toBe(0);
  });
});

/** A body is either decoded, into what is sound, or refused by an error of ours with the batch as it was. */
function expectSoundOutcome(body: Uint8Array): void {
  const batch = new WriteBatch();
  batch.addSample(batch.addSeries(Labels.fromObject({ [METRIC_NAME]: 'before' })), 1, 1, 0);
  try {
    const { rows, refusedCount } = decodeRemoteWrite(body, batch, { sizeBytesMax: SIZE_BYTES_MAX });
    const seen = batch.sampleCount - 1 + batch.exemplars.length + refusedCount;
    expect(seen).toBeLessThanOrEqual(rows);
    if (batch.metadata.length === 0) expect(seen).toBe(rows);
  } catch (error) {
    if (!(error instanceof TinyObsError)) throw error;
    expect(['malformed_body', 'body_too_large']).toContain(error.code);
    expect([batch.seriesCount, batch.sampleCount]).toEqual([1, 1]);
    expect(batch.exemplars.length + batch.metadata.length).toBe(0);
  }
  expectSound(batch);
}

/** Canonical bytes, read strictly: ordered names, no empty value, UTF-8; times whole, series known. */
function expectSound(batch: WriteBatch): void {
  for (let index = 0; index < batch.seriesCount; index++) {
    const cursor = batch.labelCursor(index);
    const pairs: [string, string][] = [];
    while (cursor.next()) {
      pairs.push([
        strictDecoder.decode(batch.arena.subarray(cursor.nameStart, cursor.nameEnd)),
        strictDecoder.decode(batch.arena.subarray(cursor.valueStart, cursor.valueEnd)),
      ]);
    }
    expect(cursor.valueEnd).toBe(batch.seriesStarts[index + 1]);
    expect(Labels.from(pairs).flat).toEqual(pairs.flat());
    expect(new Map(pairs).get(METRIC_NAME) ?? '').not.toBe('');
  }
  for (let index = 0; index < batch.sampleCount; index++) {
    expect(batch.sampleSeries[index]).toBeLessThan(batch.seriesCount);
    expect(Number.isSafeInteger(batch.times[index])).toBe(true);
  }
}

/** The label set of pairs of bytes, or undefined when they do not make one with a metric name. */
function soundLabels(pairs: readonly (readonly [Bytes, Bytes])[]): Labels | undefined {
  try {
    const texts = pairs.map(([name, value]) => [read(name), read(value)] as const);
    const names = texts.map(([name]) => name);
    if (names.includes('') || new Set(names).size < names.length) return undefined;
    const labels = Labels.from(texts);
    return labels.has(METRIC_NAME) ? labels : undefined;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function read(bytes: Bytes): string {
  return strictDecoder.decode(Uint8Array.from(bytes));
}
