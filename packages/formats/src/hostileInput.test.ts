import { METRIC_NAME, TinyObsError, WriteBatch } from '@tinyobs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeJson } from './json/decodeJson.js';
import { findJsonError } from './json/findJsonError.js';
import { REFUSALS_LISTED_MAX } from './limits.js';
import { decodeText } from './text/decodeText.js';
import { findInvalidUtf8 } from './utf8.js';

const NOW_MS = 1_000_000;
const encoder = new TextEncoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true });

/** Pieces of both formats in any order: closer to the edges than random bytes are. */
const pieces = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        '"',
        '\\',
        ',',
        ':',
        '=',
        ' ',
        '\t',
        '\n',
        '\r\n',
        '#',
        '# HELP a ',
        '# TYPE a ',
      ),
      fc.constantFrom(
        'a',
        'le',
        'counter',
        '1',
        '-',
        '.5',
        'e9',
        'NaN',
        '+Inf',
        'null',
        'true',
        '\\u12',
        '\u0000',
        'ü',
        '__name__',
      ),
      fc.constantFrom(
        '"metrics":',
        '{"metrics":[',
        '{"name":"a"',
        '"value":1',
        '"labels":{',
        '"timestamp":',
        'a{b="c"} 1',
      ),
    ),
    { maxLength: 40 },
  )
  .map((parts) => encoder.encode(parts.join('')));
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  pieces,
  fc.json().map((text) => encoder.encode(text)),
);

describe('any bytes', () => {
  it('never make decodeText throw, and every sample line is either in the batch or refused', () => {
    fc.assert(
      fc.property(bytes, (body) => {
        const batch = new WriteBatch();
        const { rows, refusedCount, refused } = decodeText(body, batch, { nowMs: NOW_MS });
        expect(batch.sampleCount).toBeLessThanOrEqual(rows);
        expect(batch.sampleCount + refusedCount).toBeGreaterThanOrEqual(rows);
        expect(new Set(refused.map(({ row }) => row)).size).toBe(refusedCount);
        expectSound(batch);
      }),
      { numRuns: 2000 },
    );
  });

  it('make decodeJson throw malformed_json at most', () => {
    fc.assert(
      fc.property(bytes, (body) => {
        const batch = new WriteBatch();
        try {
          const { rows, refusedCount } = decodeJson(body, batch, { nowMs: NOW_MS });
          expect(batch.sampleCount + refusedCount).toBe(rows);
        } catch (error) {
          expect(error).toBeInstanceOf(TinyObsError);
          expect((error as TinyObsError).code).toBe('malformed_json');
          expect(batch.seriesCount).toBe(0);
        }
        expectSound(batch);
      }),
      { numRuns: 2000 },
    );
  });

  it('are found wrong as UTF-8 exactly when the platform finds them so', () => {
    const nearUtf8 = fc.array(
      fc.constantFrom(
        0x41,
        0x80,
        0x8f,
        0x90,
        0x9f,
        0xa0,
        0xbf,
        0xc1,
        0xc2,
        0xe0,
        0xed,
        0xef,
        0xf0,
        0xf4,
        0xf5,
      ),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          nearUtf8.map((list) => Uint8Array.from(list)),
        ),
        (body) => {
          const invalid = findInvalidUtf8(body, 0, body.length);
          expect(invalid < 0).toBe(accepts(() => strictDecoder.decode(body)));
          if (invalid >= 0) expect(accepts(() => strictDecoder.decode(body.subarray(0, invalid)))).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('are found wrong as JSON exactly when JSON.parse finds them so', () => {
    fc.assert(
      fc.property(bytes, (body) => {
        const parses = accepts(() => JSON.parse(strictDecoder.decode(body)));
        expect(findJsonError(body) === undefined).toBe(parses);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('bodies made to hurt', () => {
  it('are read in bounded time: many labels in the wrong order', () => {
    const names = Array.from({ length: 300_000 }, (_, i) => `l${String(1_000_000 - i)}`);
    const batch = new WriteBatch();
    decodeText(encoder.encode(`a{${names.map((name) => `${name}="x"`).join(',')}} 1`), batch, {
      nowMs: NOW_MS,
    });
    expect(batch.labelsOf(0).size).toBe(names.length + 1);
  });

  it('do not exhaust the stack: a million open brackets, closed and not', () => {
    const open = '['.repeat(1_000_000);
    const batch = new WriteBatch();
    expect(() => decodeJson(encoder.encode(open), batch, { nowMs: NOW_MS })).toThrow(TinyObsError);
    const nested = `{"metrics":[{"name":"a","value":${open}${']'.repeat(1_000_000)}},{"name":"b","value":1}]}`;
    expect(decodeJson(encoder.encode(nested), batch, { nowMs: NOW_MS }).refusedCount).toBe(1);
    expect(batch.sampleCount).toBe(1);
  });

  it('list a bounded number of refusals and count the rest', () => {
    const lines = decodeText(encoder.encode('a{b="c",b="d"} 1\n'.repeat(5000)), new WriteBatch(), {
      nowMs: NOW_MS,
    });
    expect(lines.refused).toHaveLength(REFUSALS_LISTED_MAX);
    expect(lines.refusedCount).toBe(5000);
    const body = `{"metrics":[${Array(5000).fill('{}').join(',')}]}`;
    const rows = decodeJson(encoder.encode(body), new WriteBatch(), { nowMs: NOW_MS });
    expect(rows.refused).toHaveLength(REFUSALS_LISTED_MAX);
    expect(rows.refusedCount).toBe(5000);
  });

  it('are not repeated in messages', () => {
    const long = 'x'.repeat(100_000);
    const body = `{"metrics":[{"${long}":1},{"name":"a","value":"${long}"},{"name":"a","value":1,"labels":{"${long}":1}}]}`;
    const { refused } = decodeJson(encoder.encode(body), new WriteBatch(), { nowMs: NOW_MS });
    expect(refused).toHaveLength(3);
    for (const { message } of refused) expect(message.length).toBeLessThan(300);
    const line = decodeText(encoder.encode(`a{${long}="",${long}=""} 1`), new WriteBatch(), {
      nowMs: NOW_MS,
    });
    expect(line.refused[0].message.length).toBeLessThan(300);
  });
});

it('refuses a body of more rows than allowed', () => {
  const body = encoder.encode('{"metrics":[{"name":"a","value":1},{"name":"a","value":2}]}');
  const batch = new WriteBatch();
  expect(decodeJson(body, batch, { nowMs: NOW_MS, rowsMax: 2 }).rows).toBe(2);
  expect(() => decodeJson(body, batch, { nowMs: NOW_MS, rowsMax: 1 })).toThrow(
    expect.objectContaining({ code: 'body_too_large', details: { rows: 2, rowsMax: 1 } }),
  );
});

/** Every series has a name and valid labels, every sample a series and a whole time. */
function expectSound(batch: WriteBatch): void {
  for (let series = 0; series < batch.seriesCount; series++) {
    const labels = batch.labelsOf(series);
    expect(labels.get(METRIC_NAME)).not.toBe('');
    expect(labels.flat.join()).not.toContain('\ufffd');
  }
  for (let sample = 0; sample < batch.sampleCount; sample++) {
    expect(batch.sampleSeries[sample]).toBeLessThan(batch.seriesCount);
    expect(Number.isSafeInteger(batch.times[sample])).toBe(true);
  }
}

function accepts(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}
