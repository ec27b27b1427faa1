import { readdirSync, readFileSync } from 'node:fs';
import { Labels, METRIC_NAME, TinyObsError, WriteBatch } from '@tinyobs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ATTRIBUTES_MAX, OTLP_OBJECTS_MAX, OTLP_POINTS_MAX, REFUSALS_LISTED_MAX } from '../limits.js';
import { type Bytes, double, integer, message, text, varint } from '../remoteWrite/messages.suite.js';
import { decodeOtlpJson } from './decodeOtlpJson.js';
import { decodeOtlpProtobuf } from './decodeOtlpProtobuf.js';
import { asJson, asProtobuf, OPTIONS, type OtlpRequest, requestOf } from './otlpMessages.suite.js';

const MUTATIONS = process.env.TEST_SCALE === 'full' ? 100_000 : 2000;
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const folder = new URL('../../testdata/otlp/valid/', import.meta.url);
const requests = readdirSync(folder)
  .filter((file) => !file.endsWith('.expected.json'))
  .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')).request as OtlpRequest);

describe.each([
  ['protobuf', decodeOtlpProtobuf, asProtobuf],
  ['JSON', decodeOtlpJson, asJson],
] as const)('bodies of %s, some bytes of them changed', (_encoding, decode, encode) => {
  const bodies = requests.map((request) => encode(request));
  const mutated = fc
    .tuple(
      fc.constantFrom(...bodies),
      fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('set', 'cut', 'add')), {
        minLength: 1,
        maxLength: 4,
      }),
    )
    .map(([body, changes]) => {
      const bytes = [...body];
      for (const [place, byte, kind] of changes) {
        const at = place % Math.max(1, bytes.length);
        bytes.splice(at, kind === 'add' ? 0 : 1, ...(kind === 'cut' ? [] : [byte]));
      }
      return Uint8Array.from(bytes);
    });

  it(
    'are decoded, or refused as a whole',
    () => {
      fc.assert(
        fc.property(mutated, (body) => expectSoundOutcome(decode, body)),
        { numRuns: MUTATIONS },
      );
    },
    MUTATIONS > 2000 ? 600_000 : 60_000,
  );
});

it('decodes bytes made by chance, or refuses them', () => {
  const tag = fc
    .integer({ min: 1, max: 16 })
    .chain((field) => fc.constantFrom(0, 1, 2, 5).map((wireType) => (field << 3) | wireType));
  const bytes = fc.array(fc.oneof(tag, fc.nat(24), fc.nat(255)), { maxLength: 80 });
  fc.assert(
    fc.property(bytes, (body) => expectSoundOutcome(decodeOtlpProtobuf, Uint8Array.from(body))),
    { numRuns: 5000 },
  );
});

it('takes texts that are not Unicode for broken', () => {
  const point = {
    timeUnixNano: '1700000000000000000',
    asInt: 1,
    attributes: [{ key: 'k', value: { stringValue: '?' } }],
  };
  const request = requestOf([{ name: 'm', gauge: { dataPoints: [point] } }]);
  const protobuf = asProtobuf(request);
  protobuf[protobuf.lastIndexOf('?'.charCodeAt(0))] = 0xff;
  expect(codeOf(decodeOtlpProtobuf, protobuf)).toBe('malformed_body');
  const json = Buffer.from(asJson(request)).toString();
  expect(codeOf(decodeOtlpJson, Buffer.from(json.replace('?', '\\ud800')))).toBe('malformed_json');
  expect(codeOf(decodeOtlpJson, Buffer.from(json.replace('?', '\\ud83d\\ude00')))).toBe('');
  expect(
    codeOf(decodeOtlpJson, Buffer.from(json, 'utf-8').fill(0xff, json.indexOf('?'), json.indexOf('?') + 1)),
  ).toBe('malformed_json');
});

describe('bodies made to hurt', () => {
  const metric = (points: Bytes) =>
    message(1, message(2, message(2, [...text(1, 'm'), ...message(5, points)])));
  const time = [(3 << 3) | 1, 0, 0, 0, 0, 0, 0, 0x99, 0x17];
  const point = (...fields: readonly Bytes[]) => message(1, [...time, ...double(4, 1), ...fields.flat()]);
  const attribute = (field: number, key: string, value: string) =>
    message(field, [...text(1, key), ...message(2, text(1, value))]);

  it('are refused when few bytes of them become many', () => {
    const resource = message(1, attribute(1, 'service.name', 'x'.repeat(4000)));
    const points = Array<Bytes>(5000).fill(point()).flat();
    const body = message(1, [
      ...resource,
      ...message(2, message(2, [...text(1, 'm'), ...message(5, points)])),
    ]);
    expect(codeOf(decodeOtlpProtobuf, Uint8Array.from(body))).toBe('body_too_large');
    const buckets = [...varint((6 << 3) | 2), ...varint(8 * 40_001), ...Array<number>(8 * 40_001).fill(0)];
    const bounds = new Uint8Array(new Float64Array(40_000).map((_, i) => i).buffer);
    const histogram = [...time, ...buckets, ...varint((7 << 3) | 2), ...varint(bounds.length), ...bounds];
    const wide = message(1, [...attribute(9, 'k', 'x'.repeat(4000)), ...histogram]);
    const metrics = message(2, message(2, [...text(1, 'm'), ...message(9, [...wide, ...integer(2, 2)])]));
    expect(codeOf(decodeOtlpProtobuf, Uint8Array.from(message(1, metrics)))).toBe('body_too_large');
  });

  it.each([
    ['resources', () => repeated(OTLP_OBJECTS_MAX + 1, [0x0a, 0])],
    ['scopes', () => message(1, repeated(OTLP_OBJECTS_MAX + 1, [0x12, 0]))],
    ['metrics', () => message(1, message(2, repeated(OTLP_OBJECTS_MAX + 1, [0x12, 2, 0x2a, 0])))],
    ['points', () => metric(repeated(OTLP_POINTS_MAX + 1, [0x0a, 0]))],
    ['exemplars', () => metric(message(1, [...time, ...repeated(OTLP_OBJECTS_MAX + 1, [0x2a, 0])]))],
    ['attributes', () => metric(message(1, [...time, ...repeated(ATTRIBUTES_MAX + 1, [0x3a, 0])]))],
    [
      'values in a value',
      () => metric(point(message(7, message(2, message(5, repeated(OTLP_OBJECTS_MAX + 1, [0x0a, 0])))))),
    ],
  ])('are refused when they have too many %s', (_what, body) => {
    expect(codeOf(decodeOtlpProtobuf, Uint8Array.from(body()))).toBe('body_too_large');
  });

  it('are read in bounded time where they have as many attributes as there may be, in the wrong order', () => {
    const attributes = Array.from({ length: ATTRIBUTES_MAX }, (_, i) => attribute(7, `k${5000 - i}`, 'v'));
    const batch = new WriteBatch();
    const body = Uint8Array.from(metric(repeated(200, point(...attributes))));
    decodeOtlpProtobuf(body, batch, OPTIONS);
    expect([batch.sampleCount, batch.labelsOf(199).size]).toEqual([200, ATTRIBUTES_MAX + 1]);
  });

  it('list a bounded number of refusals and count the rest', () => {
    const { refused, refusedCount, refusedByCode } = decodeOtlpProtobuf(
      Uint8Array.from(metric(repeated(5000, [0x0a, 0]))),
      new WriteBatch(),
      OPTIONS,
    );
    expect([refused.length, refusedCount]).toEqual([REFUSALS_LISTED_MAX, 5000]);
    expect(refusedByCode).toEqual(new Map([['invalid_timestamp', 5000]]));
  });
});

/** `count` times the same bytes. */
function repeated(count: number, bytes: Bytes): number[] {
  const all = new Array<number>(count * bytes.length);
  for (let i = 0; i < all.length; i++) all[i] = bytes[i % bytes.length];
  return all;
}

function codeOf(decode: typeof decodeOtlpJson, body: Uint8Array): string {
  const batch = new WriteBatch();
  try {
    decode(body, batch, OPTIONS);
    return '';
  } catch (error) {
    if (!(error instanceof TinyObsError)) throw error;
    expect(batch.seriesCount + batch.sampleCount + batch.exemplars.length + batch.metadata.length).toBe(0);
    return error.code;
  }
}

/** A body is either decoded, into what is sound, or refused by an error of ours with the batch as it was. */
function expectSoundOutcome(decode: typeof decodeOtlpJson, body: Uint8Array): void {
  const batch = new WriteBatch();
  batch.addSample(batch.addSeries(Labels.fromObject({ [METRIC_NAME]: 'before' })), 1, 1, 0);
  try {
    const { rows, refusedCount, rowOf, deltas } = decode(body, batch, OPTIONS);
    const points = new Set(Array.from(batch.rows.subarray(1, batch.sampleCount), rowOf));
    points.delete(-1);
    expect(points.size + refusedCount).toBe(rows);
    expect(deltas.ends.every((end) => end <= batch.sampleCount)).toBe(true);
  } catch (error) {
    if (!(error instanceof TinyObsError)) throw error;
    expect(['malformed_body', 'malformed_json', 'body_too_large']).toContain(error.code);
    expect([batch.seriesCount, batch.sampleCount]).toEqual([1, 1]);
    expect(batch.exemplars.length + batch.metadata.length).toBe(0);
  }
  expectSound(batch);
}

/** Canonical bytes, read strictly: ordered names, no empty value, UTF-8; times whole, series known. */
function expectSound(batch: WriteBatch): void {
  for (let series = 0; series < batch.seriesCount; series++) {
    const cursor = batch.labelCursor(series);
    const pairs: [string, string][] = [];
    while (cursor.next()) {
      pairs.push([
        strictDecoder.decode(batch.arena.subarray(cursor.nameStart, cursor.nameEnd)),
        strictDecoder.decode(batch.arena.subarray(cursor.valueStart, cursor.valueEnd)),
      ]);
    }
    expect(cursor.valueEnd).toBe(batch.seriesStarts[series + 1]);
    expect(Labels.from(pairs).flat).toEqual(pairs.flat());
    expect(new Map(pairs).get(METRIC_NAME) ?? '').not.toBe('');
  }
  for (let sample = 0; sample < batch.sampleCount; sample++) {
    expect(batch.sampleSeries[sample]).toBeLessThan(batch.seriesCount);
    expect(Number.isSafeInteger(batch.times[sample])).toBe(true);
  }
}
