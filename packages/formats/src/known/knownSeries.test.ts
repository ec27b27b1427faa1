import { Labels, METRIC_NAME, WriteBatch } from '@tinyobs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRemoteWrite } from '../remoteWrite/decodeRemoteWrite.js';
import { encodeRemoteWrite } from '../remoteWrite/encodeRemoteWrite.js';
import {
  type Bytes,
  bodyOf,
  double,
  integer,
  label,
  message,
  sample,
  series,
  varint,
} from '../remoteWrite/messages.suite.js';
import { KNOWN_ROWS_MAX } from './knownSeries.js';
import { type Decode, newKnown, outcomeOf, Sender } from './sender.suite.js';

const SIZE_BYTES_MAX = 1 << 24;
const up = label(METRIC_NAME, 'up');
const decode: Decode = (body, batch, known) =>
  decodeRemoteWrite(body, batch, { sizeBytesMax: SIZE_BYTES_MAX, known });

describe('known series', () => {
  it('enter a batch by their references, with the samples and rows they would have had', () => {
    const sender = new Sender(decode);
    const step = (timeMs: number) =>
      bodyOf(
        series(up, label('job', 'api'), sample(1, timeMs), sample(0, timeMs + 1)),
        series(up, label('job', 'ü'.repeat(90)), sample(-0.5, -timeMs)),
        series(label(METRIC_NAME, 'down'), message(2, integer(2, timeMs)), message(2, [])),
      );
    expect(sender.send(step(1)).byReference).toBe(0);
    const { batch, byReference } = sender.send(step(1000));
    expect(byReference).toBe(2);
    // A sample without a value is 0, which is how protobuf has it; a negative time is left to the decoder.
    expect(sender.samplesOf(batch)).toEqual(sender.plainSamplesOf(step(1000)));
  });

  it('are found among others, in any order, and after those that are new', () => {
    new Sender(decode).expectFoundInAnyOrder((names) =>
      bodyOf(...names.map((name, i) => series(label(METRIC_NAME, name), sample(i, i)))),
    );
  });

  it('decode anything to what it is decoded to without them', () => {
    const value = fc.oneof(fc.double(), fc.constantFrom(0, 1, 0x7ff0000000000002n, 0x7ff8000000000001n));
    const time = fc.oneof(
      fc.integer({ min: 0, max: 2 ** 41 }),
      fc.constantFrom(0, -1, 2 ** 53 - 1, 2n ** 53n, -(2n ** 62n), 2n ** 63n - 1n),
    );
    const row = fc.oneof(
      { weight: 8, arbitrary: fc.tuple(value, time).map(([one, at]) => sample(one, at)) },
      fc.constantFrom<Bytes>(
        message(2, []),
        message(2, integer(2, 7)),
        message(2, [...double(1, 1), ...double(1, 2), ...integer(2, 1), ...integer(2, 3)]),
        message(2, [...double(1, 1), ...integer(3, 1)]),
        message(3, double(2, 1)),
        message(4, integer(1, 1)),
        integer(9, 1),
      ),
    );
    const names = fc.constantFrom('a', 'b', 'job', 'ü', '', 'long'.repeat(40));
    const labels = fc
      .uniqueArray(fc.tuple(names, names), { selector: ([name]) => name, maxLength: 4 })
      .map((pairs) => [label(METRIC_NAME, 'up'), ...pairs.map(([name, text]) => label(name, text))]);
    const oneSeries = fc
      .tuple(labels, fc.array(row, { maxLength: 4 }), fc.nat(20))
      .map(([own, rows, kind]) => (kind === 0 ? series(...rows, ...own) : series(...own, ...rows)));
    const metadata = fc.constant(message(3, [...integer(1, 1), ...message(2, [97])]));
    const body = fc
      .array(fc.oneof({ weight: 9, arbitrary: oneSeries }, metadata), { maxLength: 8 })
      .map((fields) => bodyOf(...fields));
    const sender = new Sender(decode);
    fc.assert(
      fc.property(fc.array(body, { minLength: 1, maxLength: 4 }), (bodies) => {
        sender.known.forget();
        for (const one of [...bodies, ...bodies]) sender.expectSame(one);
      }),
      { numRuns: 500 },
    );
  });

  it('change nothing in what is said of broken bodies', () => {
    const sound = bodyOf(
      series(up, label('job', 'api'), sample(1, 1)),
      series(up, label('job', 'b'.repeat(200)), sample(1, 1), sample(2, 2)),
    );
    const sender = new Sender(decode);
    sender.send(sound);
    const broken = fc
      .tuple(fc.nat(sound.length - 1), fc.nat(255), fc.constantFrom('set', 'cut', 'add', 'end'))
      .map(([at, byte, kind]) => {
        const bytes = [...sound];
        if (kind === 'end') return Uint8Array.from(bytes.slice(0, at));
        bytes.splice(at, kind === 'add' ? 0 : 1, ...(kind === 'cut' ? [] : [byte]));
        return Uint8Array.from(bytes);
      });
    fc.assert(
      fc.property(broken, (body) => sender.expectSame(body)),
      { numRuns: 3000 },
    );
  });

  it('decompress every copy and literal there is as the decoder does', () => {
    const element = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 100 }).map(literal),
      fc.tuple(fc.integer({ min: 4, max: 11 }), fc.nat(2047)).map(([size, offset]) => ({
        bytes: [((offset >>> 8) << 5) | ((size - 4) << 2) | 1, offset & 255],
        size,
      })),
      fc.tuple(fc.integer({ min: 1, max: 64 }), fc.nat(300)).map(([size, offset]) => ({
        bytes: [((size - 1) << 2) | 2, offset & 255, offset >>> 8],
        size,
      })),
      fc.tuple(fc.integer({ min: 1, max: 64 }), fc.nat(300)).map(([size, offset]) => ({
        bytes: [((size - 1) << 2) | 3, offset & 255, offset >>> 8, 0, 0],
        size,
      })),
    );
    const known = newKnown();
    fc.assert(
      fc.property(
        fc.array(element, { maxLength: 12 }),
        fc.constantFrom(0, 0, 0, 1, -1),
        (elements, wrong) => {
          let length: number = wrong;
          for (const { size } of elements) length += size;
          length = Math.max(0, length);
          const body = Uint8Array.from([...varint(length), ...elements.flatMap(({ bytes }) => bytes)]);
          const plain = outcomeOf(() => decodeRemoteWrite(body, new WriteBatch(), { sizeBytesMax: 1 << 20 }));
          const batch = new WriteBatch();
          known.begin(batch, known);
          const quick = outcomeOf(() => decodeRemoteWrite(body, batch, { sizeBytesMax: 1 << 20, known }));
          expect(quick).toEqual(plain);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('are more than one call hands over, in one body', () => {
    const sender = new Sender(decode, 1 << 22);
    const batch = new WriteBatch();
    for (let i = 0; i < KNOWN_ROWS_MAX + 100; i++) {
      batch.addSample(batch.addSeries(Labels.fromObject({ [METRIC_NAME]: `m${i}` })), i, i, i);
    }
    const many = batch.addSeries(Labels.fromObject({ [METRIC_NAME]: 'many' }));
    for (let i = 0; i < 2 * KNOWN_ROWS_MAX; i++) batch.addSample(many, i, i, i);
    const body = encodeRemoteWrite(batch);
    sender.send(body);
    const again = sender.send(body);
    expect(again.byReference).toBeGreaterThanOrEqual(KNOWN_ROWS_MAX + 98);
    expect(sender.samplesOf(again.batch)).toEqual(sender.plainSamplesOf(body));
  });

  it('are forgotten when the store numbers its series anew', () => {
    const sender = new Sender(decode);
    const body = bodyOf(series(up, sample(1, 1)));
    sender.send(body);
    expect(sender.send(body).byReference).toBe(1);
    sender.numbering = {};
    expect(sender.send(body).byReference).toBe(0);
    expect(sender.send(body).byReference).toBe(1);
  });

  it('are not learned from a batch that was decoded before they were forgotten', () => {
    const sender = new Sender(decode);
    const batch = sender.decode(bodyOf(series(up, sample(1, 1))));
    sender.store(batch);
    const other = label(METRIC_NAME, 'other');
    const later = sender.numbering;
    sender.numbering = {};
    sender.send(bodyOf(series(other, sample(1, 1))));
    sender.numbering = later;
    sender.decode(bodyOf(series(other, sample(1, 1))));
    sender.known.learn(batch);
    expect(sender.send(bodyOf(series(other, sample(1, 1)))).byReference).toBe(0);
  });

  it('without a reference are asked again until the store gives one', () => {
    const sender = new Sender(decode);
    sender.refuses = true;
    const body = bodyOf(series(up, sample(1, 1)));
    sender.send(body);
    expect(sender.send(body).byReference).toBe(0);
    sender.refuses = false;
    sender.send(body);
    expect(sender.send(body).byReference).toBe(1);
  });

  it('stay within their memory, which those of today get when those of yesterday come no more', () => {
    const sender = new Sender(decode, 16 * 1024);
    const day = (prefix: string) =>
      bodyOf(
        ...Array.from({ length: 400 }, (_, i) => series(label(METRIC_NAME, `${prefix}_${i}`), sample(1, 1))),
      );
    sender.send(day('yesterday'));
    const kept = sender.send(day('yesterday')).byReference;
    expect(kept).toBeGreaterThan(50);
    expect(kept).toBeLessThan(400);
    for (let i = 0; i < 10; i++) sender.send(day('today'));
    expect(sender.send(day('today')).byReference).toBe(kept);
  });
});

/** A literal whose length is in the tag or behind it, as it has to be. */
function literal(content: Uint8Array): { bytes: number[]; size: number } {
  const size = content.length;
  const head = size <= 60 ? [(size - 1) << 2] : [60 << 2, size - 1];
  return { bytes: [...head, ...content], size };
}
