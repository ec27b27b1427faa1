import { TinyObsError, WriteBatch } from '@tinyobs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readScrapes } from '../../../../test/scrapes.js';
import { TEXT_OBJECTS_MAX, TEXT_ROWS_MAX } from '../limits.js';
import { decodeOpenMetrics } from './decodeOpenMetrics.js';
import { decodeText } from './decodeText.js';
import { encodeOpenMetrics } from './encodeOpenMetrics.js';
import type { TextSample } from './expositionEncoder.js';

const MUTATED_RUNS = process.env.TEST_SCALE === 'full' ? 100_000 : 2000;
/** Of 100,000 runs. */
const MUTATED_MS_MAX = 900_000;
/** The default of `limits.requestBytes`. */
const BODY_BYTES_MAX = 32 * 2 ** 20;
/** What a sample takes in a batch, beyond the bytes of its line. */
const BYTES_A_ROW_MAX = 24 + 8 + 12;
const encoder = new TextEncoder();

const scrapeTexts = ['node-exporter', 'prometheus-server'].map((target) => {
  const [first] = readScrapes(new URL(`../../../../testdata/scrapes/${target}.scrapes.gz`, import.meta.url));
  return first.text;
});
const bodies = {
  text: scrapeTexts,
  openmetrics: scrapeTexts.map(toOpenMetrics),
};
const decoders = { text: decodeText, openmetrics: decodeOpenMetrics };

describe.each(['text', 'openmetrics'] as const)('real bodies in %s, spoiled', (format) => {
  const originals = bodies[format].map((body) => encoder.encode(body));

  it('are taken, refused by rows or refused whole, in bounded memory', { timeout: MUTATED_MS_MAX }, () => {
    const place = fc.nat(2 ** 20);
    const mutation = fc.oneof(
      fc.record({ kind: fc.constant('byte' as const), at: place, byte: fc.nat(255) }),
      fc.record({ kind: fc.constant('remove' as const), at: place, length: fc.nat(200) }),
      fc.record({ kind: fc.constant('repeat' as const), at: place, length: fc.nat(2000) }),
      fc.record({
        kind: fc.constant('insert' as const),
        at: place,
        text: fc.constantFrom(
          '\n',
          '"',
          '\\',
          '{',
          '}',
          '# EOF\n',
          ' # {a="b"} 1',
          '\r',
          ' ',
          '\u0000',
          '1e9',
        ),
      }),
      fc.record({ kind: fc.constant('cut' as const), at: place }),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...originals),
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        place,
        (original, mutations, windowAt) => {
          // A piece that ends as the whole does: thousands of whole bodies take minutes.
          const start = original.length - 1 - (windowAt % Math.min(original.length, 8000));
          const body = mutations.reduce(mutated, lineBegin(original, start));
          const batch = new WriteBatch();
          expectSound(format, body, batch);
        },
      ),
      { numRuns: MUTATED_RUNS },
    );
  });

  it('leave a batch that holds something as it was where they are refused whole', () => {
    const batch = new WriteBatch();
    expect(decodeOpenMetrics(encoder.encode('a 1 # {b="c"} 1\n# EOF\n'), batch, { nowMs: 0 }).rows).toBe(1);
    const spoiled = encoder.encode(`${bodies.openmetrics[0]}a 1\n# EOF\n`);
    expect(() => decodeOpenMetrics(spoiled, batch, { nowMs: 0 })).toThrow(
      expect.objectContaining({ code: 'malformed_body' }),
    );
    expect([batch.seriesCount, batch.sampleCount, batch.exemplars.length, batch.metadata.length]).toEqual([
      1, 1, 1, 0,
    ]);
  });
});

describe.each(['text', 'openmetrics'] as const)('bodies in %s as large as they may be', (format) => {
  const end = format === 'openmetrics' ? '# EOF\n' : '';
  const refuse = (body: string) => {
    const batch = new WriteBatch();
    expect(() => decoders[format](encoder.encode(body + end), batch, { nowMs: 0 })).toThrow(
      expect.objectContaining({ code: 'body_too_large' }),
    );
    expect(batch.seriesCount + batch.sampleCount + batch.exemplars.length + batch.metadata.length).toBe(0);
  };

  it('make batches of at most twice that, by the number of samples', () => {
    const line = `${'a'.repeat(Math.floor(BODY_BYTES_MAX / TEXT_ROWS_MAX) - 3)} 1\n`;
    const batch = new WriteBatch();
    const body = encoder.encode(line.repeat(TEXT_ROWS_MAX) + end);
    expect(body.length).toBeGreaterThan(0.97 * BODY_BYTES_MAX);
    expect(decoders[format](body, batch, { nowMs: 0 }).rows).toBe(TEXT_ROWS_MAX);
    expect(sizeOf(batch)).toBeLessThan(2 * BODY_BYTES_MAX);
    refuse('a 1\n'.repeat(TEXT_ROWS_MAX + 1));
  });

  it('have a bounded number of families', () => {
    const families = Array.from({ length: TEXT_OBJECTS_MAX + 1 }, (_, i) => `# TYPE a${i} gauge\n`);
    refuse(families.join(''));
    expect(
      decoders[format](encoder.encode(families.slice(1).join('') + end), new WriteBatch(), { nowMs: 0 })
        .refused,
    ).toEqual([]);
  });
});

it('takes a bounded number of exemplars', () => {
  const body = encoder.encode(`${'a_total 1 # {} 1\n'.repeat(TEXT_OBJECTS_MAX + 1)}# EOF\n`);
  expect(() => decodeOpenMetrics(body, new WriteBatch(), { nowMs: 0 })).toThrow(
    expect.objectContaining({ code: 'body_too_large', details: { rowsMax: TEXT_OBJECTS_MAX } }),
  );
});

type Mutation =
  | { readonly kind: 'byte'; readonly at: number; readonly byte: number }
  | { readonly kind: 'remove' | 'repeat'; readonly at: number; readonly length: number }
  | { readonly kind: 'insert'; readonly at: number; readonly text: string }
  | { readonly kind: 'cut'; readonly at: number };

function mutated(body: Uint8Array, mutation: Mutation): Uint8Array {
  const at = mutation.at % (body.length + 1);
  const [before, after] = [body.subarray(0, at), body.subarray(at)];
  switch (mutation.kind) {
    case 'byte':
      return joined(before, Uint8Array.of(mutation.byte), after.subarray(1));
    case 'remove':
      return joined(before, after.subarray(mutation.length));
    case 'repeat':
      return joined(before, after.subarray(0, mutation.length), after);
    case 'insert':
      return joined(before, encoder.encode(mutation.text), after);
    case 'cut':
      return before;
  }
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

/** What is behind the line in which a place is. */
function lineBegin(body: Uint8Array, place: number): Uint8Array {
  return body.subarray(body.indexOf(0x0a, place) + 1 || body.length);
}

function expectSound(format: 'text' | 'openmetrics', body: Uint8Array, batch: WriteBatch): void {
  try {
    const { rows, refusedCount, refused } = decoders[format](body, batch, { nowMs: 1000 });
    expect(batch.sampleCount).toBeLessThanOrEqual(rows);
    expect(batch.sampleCount + refusedCount).toBeGreaterThanOrEqual(rows);
    for (const { row } of refused) expect(row).toBeGreaterThan(0);
    for (let i = 0; i < batch.sampleCount; i++) {
      expect(batch.labelsOf(batch.sampleSeries[i]).metricName).not.toBe('');
      expect(Number.isSafeInteger(batch.times[i])).toBe(true);
    }
  } catch (error) {
    expect(error).toBeInstanceOf(TinyObsError);
    expect((error as TinyObsError).code).toBe('malformed_body');
    expect(format).toBe('openmetrics');
    expect(batch.seriesCount + batch.sampleCount + batch.exemplars.length + batch.metadata.length).toBe(0);
  }
  // With the most rows there may be this is twice the largest body.
  expect(sizeOf(batch)).toBeLessThanOrEqual(body.length + BYTES_A_ROW_MAX * batch.sampleCount);
}

function sizeOf(batch: WriteBatch): number {
  return batch.arenaLength + 24 * batch.sampleCount + 8 * batch.seriesCount;
}

function toOpenMetrics(text: string): string {
  const batch = new WriteBatch();
  decodeText(encoder.encode(text), batch, { nowMs: 1_700_000_000_123 });
  const families = new Map(batch.metadata.map((family) => [family.metric, family]));
  const series = Array.from(
    { length: batch.sampleCount },
    (_, i): TextSample => ({
      labels: batch.labelsOf(batch.sampleSeries[i]),
      value: batch.values[i],
      timeMs: batch.times[i],
      exemplar: { labels: batch.labelsOf(0).drop(new Set(['__name__'])), value: i, timeMs: i },
    }),
  );
  return encodeOpenMetrics({ series, metadata: (family) => families.get(family) });
}
