import { readdirSync, readFileSync } from 'node:fs';
import { isStaleAt, TinyObsError, WriteBatch } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import { decodeJson } from './json/decodeJson.js';
import { decodeOpenMetrics } from './text/decodeOpenMetrics.js';
import { decodeText } from './text/decodeText.js';

const DECODERS = { json: decodeJson, text: decodeText, openmetrics: decodeOpenMetrics };
const BODY_ENDING = /\.(?:prom|om|json)$/;
const EXPECTED_ENDING = '.expected.json';

describe.each(['text', 'openmetrics', 'json'] as const)('cases of %s', (format) => {
  describe.each(['valid', 'invalid'] as const)('%s', (kind) => {
    const folder = new URL(`../testdata/${format}/${kind}/`, import.meta.url);
    const files = readdirSync(folder).filter(
      (file) => BODY_ENDING.test(file) && !file.endsWith(EXPECTED_ENDING),
    );

    it.each(files)('%s', (file) => {
      const body = new Uint8Array(readFileSync(new URL(file, folder)));
      const expectedFile = file.replace(BODY_ENDING, EXPECTED_ENDING);
      const expected = JSON.parse(readFileSync(new URL(expectedFile, folder), 'utf8'));
      const outcome = decode(format, body);
      expect(outcome).toEqual(expected);
      expect('throws' in outcome || outcome.refused.length > 0).toBe(kind === 'invalid');
    });
  });
});

function decode(format: keyof typeof DECODERS, body: Uint8Array) {
  const batch = new WriteBatch();
  try {
    const { rows, refusedCount, refused } = DECODERS[format](body, batch, { nowMs: 1_000_000 });
    expect(refusedCount).toBe(refused.length);
    return {
      rows,
      samples: describeSamples(batch),
      metadata: batch.metadata.map(({ metric, type, help, unit }) => [metric, type, help, unit]),
      ...describeExemplars(batch),
      refused: refused.map(({ row, code, column }) =>
        column === undefined ? [row, code] : [row, code, column],
      ),
    };
  } catch (error) {
    if (!(error instanceof TinyObsError)) throw error;
    expect(batch.seriesCount + batch.sampleCount + batch.metadata.length + batch.exemplars.length).toBe(0);
    return { throws: error.code, details: error.details };
  }
}

/** Only where a format has them. */
function describeExemplars({ exemplars }: WriteBatch): { exemplars?: string[] } {
  if (exemplars.length === 0) return {};
  const described = exemplars.map(
    ({ series, labels, value, timeMs }) => `series ${series} ${labels} ${value} @${timeMs}`,
  );
  return { exemplars: described };
}

function describeSamples(batch: WriteBatch): string[] {
  return Array.from({ length: batch.sampleCount }, (_, sample) => {
    const value = batch.values[sample];
    const written = isStaleAt(batch.valueWords, sample)
      ? 'stale'
      : Object.is(value, -0)
        ? '-0'
        : String(value);
    const labels = batch.labelsOf(batch.sampleSeries[sample]);
    return `${labels} ${written} @${batch.times[sample]} row ${batch.rows[sample]}`;
  });
}
