import { readdirSync, readFileSync } from 'node:fs';
import { TinyObsError, WriteBatch } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import { decodeOtlpJson } from './decodeOtlpJson.js';
import { decodeOtlpProtobuf } from './decodeOtlpProtobuf.js';
import { asProtobuf, linesOf, OPTIONS } from './otlpMessages.suite.js';

const EXPECTED_ENDING = '.expected.json';

describe.each(['valid', 'invalid'] as const)('%s cases of OTLP', (kind) => {
  const folder = new URL(`../../testdata/otlp/${kind}/`, import.meta.url);
  const files = readdirSync(folder).filter(
    (file) => file.endsWith('.json') && !file.endsWith(EXPECTED_ENDING),
  );

  it.each(files)('%s', (file) => {
    const body = readFileSync(new URL(file, folder));
    const expected = JSON.parse(
      readFileSync(new URL(file.replace(/\.json$/, EXPECTED_ENDING), folder), 'utf8'),
    );
    const { options, request } = JSON.parse(body.toString());
    const asked = { ...OPTIONS, ...options };
    const json = outcome(decodeOtlpJson, Buffer.from(JSON.stringify(request)), asked);
    expect(json).toEqual(expected);
    if ('throws' in json) return;
    expect(outcome(decodeOtlpProtobuf, asProtobuf(request), asked)).toEqual(expected);
    expect(json.refused.length > 0).toBe(kind === 'invalid');
  });
});

function outcome(decode: typeof decodeOtlpJson, body: Uint8Array, options: typeof OPTIONS) {
  const batch = new WriteBatch();
  try {
    const { rows, refused, refusedCount, deltas } = decode(body, batch, options);
    expect(refusedCount).toBe(refused.length);
    return {
      points: rows,
      lines: linesOf(batch),
      metadata: batch.metadata.map(({ metric, type, help, unit }) => [metric, type, help, unit]),
      deltas: Array.from({ length: deltas.count }, (_, i) => [
        deltas.starts[i],
        deltas.bucketEnds[i],
        deltas.ends[i],
        deltas.boundsOf(i),
      ]),
      refused: refused.map(({ row, code, message }) => [row, code, message]),
    };
  } catch (error) {
    if (!(error instanceof TinyObsError)) throw error;
    expect(batch.seriesCount + batch.sampleCount + batch.metadata.length).toBe(0);
    return { throws: error.code, message: error.message };
  }
}
