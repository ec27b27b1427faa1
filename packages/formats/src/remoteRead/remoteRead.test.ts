import { crc32c, Labels, wordsOf } from '@tinyobs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { READ_FRAME_BYTES_MAX, READ_MATCHERS_MAX, READ_QUERIES_MAX } from '../limits.js';
import { encodeSnappyPart } from '../remoteWrite/encodeSnappy.js';
import { bodyOf, integer, message, text, varint } from '../remoteWrite/messages.suite.js';
import { decodeReadRequest } from './decodeReadRequest.js';
import { ReadChunksEncoder } from './encodeReadChunks.js';
import { encodeReadResponse, ReadSamplesEncoder } from './encodeReadSamples.js';
import {
  type AskedQuery,
  readRequestBody,
  readRequestFields,
  seriesOfFrames,
  seriesOfSamples,
} from './readMessages.suite.js';
import type { ReadSeriesEncoder } from './readSeriesEncoder.js';

const LIMITS = { sizeBytesMax: 2 ** 20 };
const UP: AskedQuery = { startMs: -5, endMs: 1_700_000_000_000, matchers: [[0, '__name__', 'up']] };

describe('a request', () => {
  it('has queries with matchers of every type', () => {
    const matchers = [
      [0, 'a', 'ü'],
      [1, 'b', ''],
      [2, 'c', 'x.*'],
      [3, 'd', 'y'],
    ] as const;
    const body = readRequestBody([UP, { startMs: 1, endMs: 2, matchers, func: 'rate' }], [1, 0]);
    expect(decodeReadRequest(body, LIMITS)).toEqual({
      queries: [
        {
          startMs: -5,
          endMs: 1_700_000_000_000,
          matchers: [{ type: '=', name: '__name__', value: 'up' }],
          func: '',
        },
        {
          startMs: 1,
          endMs: 2,
          matchers: [
            { type: '=', name: 'a', value: 'ü' },
            { type: '!=', name: 'b', value: '' },
            { type: '=~', name: 'c', value: 'x.*' },
            { type: '!~', name: 'd', value: 'y' },
          ],
          func: 'rate',
        },
      ],
      accepted: ['chunks', 'samples'],
      namesTypes: true,
    });
  });

  it('may name types that nobody knows yet, and all of them as one field', () => {
    const packed = bodyOf(...readRequestFields([UP], []), message(2, [...varint(7), ...varint(1)]));
    expect(decodeReadRequest(packed, LIMITS)).toMatchObject({ accepted: ['chunks'], namesTypes: true });
    expect(decodeReadRequest(readRequestBody([], [9]), LIMITS)).toEqual({
      queries: [],
      accepted: [],
      namesTypes: true,
    });
    expect(decodeReadRequest(readRequestBody([UP]), LIMITS).namesTypes).toBe(false);
  });

  it.each([
    ['an unknown type of matcher', message(1, message(3, integer(1, 4)))],
    ['a type of matcher below 0', message(1, message(3, integer(1, -1)))],
    ['too many queries', Array.from({ length: READ_QUERIES_MAX + 1 }, () => message(1, [])).flat()],
    [
      'too many matchers',
      message(1, Array.from({ length: READ_MATCHERS_MAX + 1 }, () => message(3, [])).flat()),
    ],
  ])('is refused for %s', (_, bytes) => {
    expect(() => decodeReadRequest(bodyOf(bytes), LIMITS)).toThrow(
      expect.objectContaining({ code: 'invalid_parameter' }),
    );
  });

  it('is refused where a text is not UTF-8', () => {
    const body = bodyOf(message(1, message(3, text(2, [0xff]))));
    expect(() => decodeReadRequest(body, LIMITS)).toThrow(
      expect.objectContaining({ code: 'malformed_body' }),
    );
  });

  it('of any bytes is decoded or refused', () => {
    const sound = readRequestFields([UP, { ...UP, func: 'rate' }], [1, 0]).flat();
    const change = fc.record({ at: fc.nat(sound.length - 1), byte: fc.nat(255) });
    const mutated = fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) => {
      const bytes = [...sound];
      for (const { at, byte } of changes) bytes[at] = byte;
      return bodyOf(bytes);
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), mutated), (body) => {
        try {
          const { queries } = decodeReadRequest(body, LIMITS);
          for (const { startMs, endMs } of queries) expect(startMs + endMs).not.toBeNaN();
        } catch (error) {
          expect(['malformed_body', 'invalid_parameter', 'body_too_large']).toContain(
            (error as { code?: string }).code,
          );
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('an answer', () => {
  const labels = Labels.fromObject({ __name__: 'up', job: 'ü' });
  const count = 250;
  const times = Float64Array.from({ length: count }, (_, i) => 1000 + 15_000 * i);
  const values = Float64Array.from({ length: count }, (_, i) => Math.sin(i));
  const expected = Array.from(times, (time, i) => [time, new BigUint64Array(values.buffer)[i]]);

  it('of samples has the series of each query in turn', () => {
    const encoder = new ReadSamplesEncoder();
    const parts = pieces(encoder, 0).map(encodeSnappyPart);
    const series = seriesOfSamples(encodeReadResponse([parts, [], [...parts, ...parts]]));
    expect(series.map(({ query }) => query)).toEqual([0, 2, 2]);
    expect(series[0]).toEqual({ query: 0, labels: { __name__: 'up', job: 'ü' }, samples: expected });
  });

  it('of chunks has up to 120 samples in each, and a checksum for each frame', () => {
    let checked = 0;
    const series = seriesOfFrames(Buffer.concat(pieces(new ReadChunksEncoder(), 3)), (bytes, checksum) => {
      expect(checksum).toBe(crc32c(bytes));
      checked++;
    });
    expect(checked).toBe(1);
    expect(series).toEqual([
      { query: 3, labels: { __name__: 'up', job: 'ü' }, samples: expected, chunkSizes: [120, 120, 10] },
    ]);
  });

  it('of chunks goes on in another frame where one is full', () => {
    const long = 150_000;
    const noise = Float64Array.from({ length: long }, (_, i) => Math.sin(i) * 10 ** (i % 50));
    const encoder = new ReadChunksEncoder();
    encoder.begin(labels, 0);
    const steps = Float64Array.from({ length: long }, (_, i) => i * 1000);
    encoder.add({ times: steps, timeStart: 0, words: wordsOf(noise), valueStart: 0, count: long });
    const frames = encoder.end();
    expect(frames.length).toBeGreaterThan(1);
    for (const frame of frames) expect(frame.length).toBeLessThan(READ_FRAME_BYTES_MAX + 1024);
    const series = frames.flatMap((frame) => seriesOfFrames(frame, () => undefined));
    expect(series.flatMap(({ samples }) => samples).length).toBe(long);
    expect(new Set(series.map((one) => JSON.stringify(one.labels))).size).toBe(1);
  });

  /** What the encoder makes of the series, given it in two parts. */
  function pieces(encoder: ReadSeriesEncoder, query: number): Uint8Array[] {
    encoder.begin(labels, query);
    const words = wordsOf(values);
    encoder.add({ times, timeStart: 0, words, valueStart: 0, count: 120 });
    encoder.add({ times, timeStart: 120, words, valueStart: 120, count: count - 120 });
    return encoder.end();
  }
});

it('has the checksums of the test vector', () => {
  // RFC 3720, B.4.
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
});
