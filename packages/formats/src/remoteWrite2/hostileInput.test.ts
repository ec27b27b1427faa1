import { Labels, METRIC_NAME, NO_ROW, TinyObsError, WriteBatch } from '@tinyobs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REMOTE_WRITE_OBJECTS_MAX, REMOTE_WRITE_ROWS_MAX, REMOTE_WRITE_SYMBOLS_MAX } from '../limits.js';
import { encodeSnappy } from '../remoteWrite/encodeSnappy.js';
import { message, text, varint } from '../remoteWrite/messages.suite.js';
import { decodeRemoteWrite2 } from './decodeRemoteWrite2.js';
import {
  bodyOf,
  messageOf,
  readMessage,
  SymbolWriter,
  TYPE,
  type WrittenRequest,
  type WrittenSeries,
} from './requests.suite.js';

const MUTATIONS = process.env.TEST_SCALE === 'full' ? 100_000 : 2000;
/** For properties of so many runs, on a busy machine. */
const TIMEOUT_MS = 60_000 + 10 * MUTATIONS;
const SIZE_BYTES_MAX = 1 << 16;
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A request as a Prometheus sends it, with everything that there is. */
const sound = ((): WrittenRequest => {
  const symbols = new SymbolWriter();
  const series = (labels: Record<string, string>, type: number, more: WrittenSeries): WrittenSeries => ({
    labelsRefs: symbols.labels(labels),
    metadata: { type, helpRef: symbols.ref(`Help of ${labels.__name__}.`), unitRef: symbols.ref('s') },
    ...more,
  });
  const exemplars = [{ labelsRefs: symbols.labels({ trace_id: 'ü' }), value: 1, timestamp: 5 }];
  const timeMs = 1_795_229_706_898;
  const samples = [{ value: 7, timestamp: timeMs, startTimestamp: timeMs - 5000 }];
  const timeseries = [
    series({ __name__: 'requests_total', job: 'api', path: '/größe' }, TYPE.counter, { samples, exemplars }),
    series({ __name__: 'seconds_bucket', le: '0.1' }, TYPE.histogram, { samples, createdTimestamp: 9 }),
    series({ __name__: 'size', quantile: '0.5' }, TYPE.summary, { samples: [...samples, ...samples] }),
    series({ __name__: 'native' }, TYPE.histogram, { histograms: [{ sum: 1.5, timestamp: timeMs }] }),
    series({ __name__: 'long', text: 'v'.repeat(200) }, TYPE.gauge, { samples: [{}] }),
  ];
  return { symbols: symbols.symbols, timeseries };
})();
const soundMessage = messageOf(sound);

/** Bytes of a sound request, some of them changed, left out, or put in. */
const mutated = fc
  .array(
    fc.record({
      at: fc.nat(soundMessage.length - 1),
      byte: fc.oneof(fc.nat(255), fc.constantFrom(0x0a, 0x10, 0x18, 0x22, 0x2a, 0x30, 0x80, 0xff)),
      kind: fc.constantFrom('set', 'cut', 'add'),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((changes) => {
    const bytes = [...soundMessage];
    for (const { at, byte, kind } of changes) {
      bytes.splice(at, kind === 'add' ? 0 : 1, ...(kind === 'cut' ? [] : [byte]));
    }
    return Uint8Array.from(bytes);
  });

describe('bytes made by chance, as version 2.0', { timeout: TIMEOUT_MS }, () => {
  it('are decoded or refused as a whole, as a mutated request', () => {
    fc.assert(
      fc.property(mutated, (bytes) => expectSoundOutcome(encodeSnappy(bytes))),
      { numRuns: MUTATIONS },
    );
  });

  it('are decoded or refused as a whole, as a mutated body', () => {
    const body = bodyOf(sound);
    for (let at = 0; at < body.length; at++) {
      const flipped = body.slice();
      flipped[at] ^= 1 << (at % 8);
      expectSoundOutcome(flipped);
      expectSoundOutcome(body.slice(0, at));
    }
  });

  it('are decoded or refused as a whole, as anything', () => {
    const request = fc.array(fc.oneof(fc.constantFrom(0x22, 0x2a, 0x0a, 0x12), fc.nat(20), fc.nat(255)), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(request, (bytes) => expectSoundOutcome(encodeSnappy(Uint8Array.from(bytes)))),
      { numRuns: MUTATIONS },
    );
  });
});

describe('bodies of version 2.0 made to hurt', () => {
  const up = message(1, [1, 2]);
  const upSymbols = ['', METRIC_NAME, 'up'].flatMap((symbol) => text(4, symbol));

  it.each([
    ['samples', REMOTE_WRITE_ROWS_MAX, 0x12],
    ['native histograms', REMOTE_WRITE_ROWS_MAX, 0x1a],
    ['exemplars', REMOTE_WRITE_OBJECTS_MAX, 0x22],
  ])('are too large with more than %s than there may be', (_, max, tag) => {
    const body = (count: number) => {
      const rows = new Uint8Array(2 * count).map((__, i) => (i % 2 === 0 ? tag : 0));
      const head = [...upSymbols, 0x2a, ...varint(up.length + rows.length), ...up];
      return encodeSnappy(Uint8Array.from([...head, ...rows]));
    };
    const batch = new WriteBatch();
    expect(decodeRemoteWrite2(body(max), batch, { sizeBytesMax: 2 ** 22 }).rows).toBe(max);
    batch.clear();
    expectTooLarge(body(max + 1), batch, { rowsMax: max });
  });

  it('are too large with more symbols than there may be', () => {
    const body = (count: number) =>
      encodeSnappy(new Uint8Array(2 * count).map((__, i) => (i % 2 === 0 ? 0x22 : 0)));
    const batch = new WriteBatch();
    decodeRemoteWrite2(body(REMOTE_WRITE_SYMBOLS_MAX), batch, { sizeBytesMax: 2 ** 22 });
    expectTooLarge(body(REMOTE_WRITE_SYMBOLS_MAX + 1), batch, { rowsMax: REMOTE_WRITE_SYMBOLS_MAX });
  });

  it.each([
    ['labels that are kept', [1, 2, 3, 4]],
    ['labels that are refused', [1, 2, 3, 4, 3, 4]],
    ['labels in the wrong order', [3, 4, 1, 2]],
  ])('name no more than fits, though each series is a few bytes: %s', (_, references) => {
    const series = message(5, [...message(1, references), ...message(2, [])]);
    const symbols = [...upSymbols, ...text(4, 'long'), ...text(4, 'v'.repeat(10_000))];
    const longTexts = references.filter((symbol) => symbol === 4).length;
    const fitting = Math.floor(2 ** 20 / 10_000 / longTexts) - 3;
    const body = (count: number) =>
      encodeSnappy(Uint8Array.from([...symbols, ...Array(count).fill(series).flat()]));
    const batch = new WriteBatch();
    const sizeBytesMax = 2 ** 20;
    expect(decodeRemoteWrite2(body(fitting), batch, { sizeBytesMax }).rows).toBe(fitting);
    batch.clear();
    expectTooLarge(body(20_000), batch, { sizeBytesMax }, sizeBytesMax);
    expect(batch.arena.length).toBeLessThanOrEqual(2 * sizeBytesMax);
  });

  it('name no more help than fits', () => {
    const symbols = new SymbolWriter();
    const help = symbols.ref('h'.repeat(10_000));
    const timeseries = Array.from({ length: 1000 }, (_, i) => ({
      labelsRefs: symbols.labels({ __name__: `m${i}` }),
      metadata: { type: TYPE.gauge, helpRef: help },
    }));
    expectTooLarge(
      bodyOf({ symbols: symbols.symbols, timeseries }),
      new WriteBatch(),
      { sizeBytesMax: 2 ** 20 },
      2 ** 20,
    );
  });

  it('cost no look at a long text for each exemplar that names it', () => {
    const long = text(4, 'v'.repeat(900_000));
    const exemplar = message(4, message(1, [2, 3]));
    const series = message(5, [...up, ...Array<readonly number[]>(50_000).fill(exemplar).flat()]);
    const body = encodeSnappy(Uint8Array.from([...upSymbols, ...long, ...series]));
    // A look at each would take a minute, longer than a test may.
    expect(decodeRemoteWrite2(body, new WriteBatch(), { sizeBytesMax: 2 ** 21 }).refusedCount).toBe(50_000);
  });
});

const symbolText = fc.oneof(
  fc.constantFrom('a', 'b', 'job', 'up', 'x_sum'),
  fc.string({ unit: 'binary', maxLength: 150 }),
);
const request = fc
  .uniqueArray(
    symbolText.filter((symbol) => symbol !== '' && symbol !== METRIC_NAME),
    { minLength: 1, maxLength: 12 },
  )
  .chain((texts) => {
    const symbols = ['', METRIC_NAME, ...texts];
    const reference = fc.nat(symbols.length);
    const references = fc
      .array(fc.tuple(reference, reference), { maxLength: 4 })
      .map((pairs) => pairs.flat());
    const named = references.map((some) => [1, symbols.length - 1, ...some]);
    const timeMs = fc.oneof(fc.maxSafeInteger(), fc.nat(5000));
    const sample = fc.record({ value: fc.double(), timestamp: timeMs, startTimestamp: fc.nat(3000) });
    const series = fc.record({
      labelsRefs: fc.oneof(named, references),
      samples: fc.array(sample, { maxLength: 3 }),
      histograms: fc.array(fc.record({ sum: fc.double(), timestamp: timeMs }), { maxLength: 1 }),
      exemplars: fc.array(fc.record({ labelsRefs: references, value: fc.double(), timestamp: timeMs }), {
        maxLength: 2,
      }),
      metadata: fc.record({ type: fc.nat(7), helpRef: reference, unitRef: reference }),
      createdTimestamp: fc.nat(3000),
    });
    return fc.array(series, { maxLength: 6 }).map((timeseries) => ({ symbols, timeseries }));
  });

it('reads of a request what protobufjs reads', { timeout: TIMEOUT_MS }, () => {
  fc.assert(
    fc.property(request, (given) => {
      const bytes = messageOf(given);
      const batch = new WriteBatch();
      const { refusedCount, rows } = decodeRemoteWrite2(encodeSnappy(bytes), batch, {
        sizeBytesMax: SIZE_BYTES_MAX,
      });
      const expected = expectedOf(readMessage(bytes));
      expect(samplesOf(batch)).toEqual(expected.samples);
      expect(exemplarsOf(batch)).toEqual(expected.exemplars);
      expect([rows, refusedCount]).toEqual([expected.rows, expected.rows - expected.kept]);
    }),
    { numRuns: MUTATIONS },
  );
});

/** What is to become of a request, as the specification has it and in the plainest way. */
function expectedOf({ symbols, timeseries }: ReturnType<typeof readMessage>) {
  const samples: string[] = [];
  const exemplars: string[] = [];
  let rows = 0;
  for (const series of timeseries) {
    rows += series.samples.length + series.histograms.length + series.exemplars.length;
    const labels = labelsOf(series.labelsRefs, symbols);
    const { helpRef = 0, unitRef = 0 } = series.metadata ?? {};
    const hasTexts = helpRef < symbols.length && unitRef < symbols.length;
    if (!labels?.has(METRIC_NAME) || !hasTexts) continue;
    for (const { value, timestamp } of series.samples) samples.push(`${labels.key} ${value} @${timestamp}`);
    for (const { labelsRefs = [], value, timestamp } of series.exemplars) {
      const own = labelsOf(labelsRefs, symbols, true);
      if (own) exemplars.push(`${labels.key} ${own.key} ${value} @${timestamp}`);
    }
  }
  return { samples, exemplars, rows, kept: samples.length + exemplars.length };
}

function labelsOf(
  references: readonly number[],
  symbols: readonly string[],
  isExemplar = false,
): Labels | undefined {
  const texts = references.map((reference) => symbols[reference]);
  const pairs = texts.flatMap((name, i) => (i % 2 === 0 ? [[name, texts[i + 1]] as const] : []));
  const names = pairs.map(([name]) => name);
  if (texts.includes(undefined as never) || names.includes('') || new Set(names).size < names.length)
    return undefined;
  if (isExemplar && [...texts.join('')].length > 128) return undefined;
  return Labels.from(pairs);
}

function samplesOf(batch: WriteBatch): string[] {
  return Array.from({ length: batch.sampleCount }, (_, i) => i)
    .filter((i) => batch.rows[i] !== NO_ROW)
    .map((i) => `${batch.labelsOf(batch.sampleSeries[i]).key} ${batch.values[i]} @${batch.times[i]}`);
}

function exemplarsOf(batch: WriteBatch): string[] {
  return batch.exemplars.map(
    ({ series, labels, value, timeMs }) => `${batch.labelsOf(series).key} ${labels.key} ${value} @${timeMs}`,
  );
}

function expectTooLarge(body: Uint8Array, batch: WriteBatch, details: object, sizeBytesMax = 2 ** 22): void {
  expect(() => decodeRemoteWrite2(body, batch, { sizeBytesMax })).toThrow(
    expect.objectContaining({ code: 'body_too_large', details }),
  );
  expect(batch.seriesCount + batch.sampleCount + batch.exemplars.length + batch.metadata.length).toBe(0);
}

/** A body is either decoded, into what is sound, or refused by an error of ours with the batch as it was. */
function expectSoundOutcome(body: Uint8Array): void {
  const batch = new WriteBatch();
  batch.addSample(batch.addSeries(Labels.fromObject({ [METRIC_NAME]: 'before' })), 1, 1, 0);
  try {
    const { rows, refusedCount } = decodeRemoteWrite2(body, batch, { sizeBytesMax: SIZE_BYTES_MAX });
    const seen = batch.sampleCount - 1 - batch.startCount + batch.exemplars.length + refusedCount;
    expect(seen).toBe(rows);
  } catch (error) {
    if (!(error instanceof TinyObsError)) throw error;
    expect(['malformed_body', 'body_too_large']).toContain(error.code);
    expect([batch.seriesCount, batch.sampleCount, batch.startCount]).toEqual([1, 1, 0]);
    expect(batch.exemplars.length + batch.metadata.length).toBe(0);
  }
  expectSound(batch);
}

/** Canonical bytes, read strictly: ordered names, no empty value, UTF-8; times whole, starts before their sample. */
function expectSound(batch: WriteBatch): void {
  expect(batch.arena.length).toBeLessThanOrEqual(2 * SIZE_BYTES_MAX);
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
    if (batch.rows[index] !== NO_ROW) continue;
    expect(batch.sampleSeries[index + 1]).toBe(batch.sampleSeries[index]);
    expect(batch.times[index + 1]).toBeGreaterThan(batch.times[index]);
  }
}
