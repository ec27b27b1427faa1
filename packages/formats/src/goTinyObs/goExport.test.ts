import { isStaleAt, TinyObsError, WriteBatch } from '@tinyobs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeExportRows } from './decodeExportRows.js';
import { ExportSplitter } from './exportSplitter.js';

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder('utf-8', { fatal: true });

/** Sends bytes in chunks, splits and decodes them: the rows as JSON, and what became of them. */
function read(
  chunks: readonly Uint8Array[],
  { pieceBytes = 1, rowBytesMax = 10_000 }: { pieceBytes?: number; rowBytesMax?: number } = {},
) {
  const splitter = new ExportSplitter({ pieceBytes, rowBytesMax });
  const batch = new WriteBatch();
  const rows: unknown[] = [];
  const refused: (readonly [row: number, code: string])[] = [];
  for (const chunk of chunks) {
    for (const piece of splitter.push(chunk)) {
      const decoded = decodeExportRows(piece, batch, rows.length);
      refused.push(...decoded.refused.map(({ row, code }) => [row, code] as const));
      rows.push(...(JSON.parse(`[${strictDecoder.decode(piece.bytes)}]`) as unknown[]));
    }
  }
  splitter.end();
  return { rows, refused, batch };
}

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  return chunks;
}

const readText = (text: string) => read(cut(encoder.encode(text), 1000));

/** The code and message of the refusal. */
function refusal(text: string): string {
  try {
    readText(text);
  } catch (error) {
    if (error instanceof TinyObsError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return '';
}

function samplesOf(batch: WriteBatch): [labels: Record<string, string>, timeMs: number, value: unknown][] {
  return Array.from({ length: batch.sampleCount }, (_, i) => [
    batch.labelsOf(batch.sampleSeries[i]).toObject(),
    batch.times[i],
    isStaleAt(batch.valueWords, i) ? 'stale' : batch.values[i],
  ]);
}

const row = (name: string, value: unknown, more: object = {}) => ({
  name,
  type: 'gauge',
  value,
  timestamp: '2025-11-19T12:00:00.123456789Z',
  ...more,
});

/** As Go indents it. */
const exportOf = (metrics: unknown) =>
  JSON.stringify(
    { metadata: { metric_count: 2, format: 'json', version: '1.0', start_time: 'x' }, metrics },
    undefined,
    2,
  );

describe('an export of the Go TinyObs', () => {
  const metrics = [
    row('http_requests_total', 42, { type: 'counter', labels: { service: 'api', path: '/"\\[{,ü' } }),
    row('http_request_seconds_bucket', 3, { type: 'histogram', labels: { le: '0.5' } }),
    row('temperature', -1.5e-7, { timestamp: '2025-11-19T13:00:00+01:00' }),
  ];

  it('is read by value, whatever pieces it comes in', () => {
    const bytes = encoder.encode(exportOf(metrics));
    for (const size of [1, 2, 7, 64, bytes.length]) {
      const { rows, batch } = read(cut(bytes, size));
      expect(rows).toEqual(metrics);
      expect(samplesOf(batch)).toEqual([
        [{ __name__: 'http_requests_total', service: 'api', path: '/"\\[{,ü' }, 1763553600123, 42],
        [{ __name__: 'http_request_seconds_bucket', le: '0.5' }, 1763553600123, 3],
        [{ __name__: 'temperature' }, 1763553600000, -1.5e-7],
      ]);
      expect(batch.metadata.map(({ metric, type }) => [metric, type])).toEqual(
        expect.arrayContaining([
          ['http_requests_total', 'counter'],
          ['http_request_seconds', 'histogram'],
          ['temperature', 'gauge'],
        ]),
      );
    }
  });

  it('may have no rows, and its parts in any order', () => {
    expect(readText(exportOf(null)).rows).toEqual([]);
    expect(readText(exportOf([])).rows).toEqual([]);
    const turned = '{"metrics":[{"name":"a","value":1,"timestamp":1}],"metadata":{"metrics":[[1]]}}';
    expect(readText(turned).rows).toHaveLength(1);
  });

  it('has averages apart from samples', () => {
    const statistics = { __sum__: '10.0', __count__: '4', __min__: '1.0', __max__: '4.0' };
    const labels = { service: 'api', __resolution__: '5m', ...statistics };
    const { batch } = readText(
      exportOf([row('cpu', 2, { labels: { service: 'api' } }), row('cpu', 2.5, { labels })]),
    );
    expect(samplesOf(batch).map(([one, , value]) => [one, value])).toEqual([
      [{ __name__: 'cpu', service: 'api' }, 2],
      [{ __name__: 'cpu:avg_5m', service: 'api' }, 2.5],
    ]);
  });

  it('has rows refused by their number, and others taken', () => {
    const { refused, batch } = readText(
      exportOf([
        row('good', 1),
        row('', 20),
        row('wrong_type', 30, { type: 'not_a_type' }),
        row('zero_time', 40, { timestamp: '0001-01-01T00:00:00Z' }),
        { name: 'no_time', value: 50 },
        5,
        row('good', 2),
      ]),
    );
    expect(refused).toEqual([
      [1, 'invalid_metric_name'],
      [2, 'invalid_row'],
      [3, 'invalid_timestamp'],
      [4, 'invalid_timestamp'],
      [5, 'invalid_row'],
    ]);
    expect([...batch.rows.subarray(0, batch.sampleCount)]).toEqual([0, 6]);
  });

  it.each([
    ['', 'malformed_json: line 1, column 1'],
    ['[]', 'malformed_json: the body is an array'],
    ['{"metadata":{}}', 'malformed_json: "metrics" is missing'],
    ['{"metrics":{}}', 'malformed_json: "metrics" is an object'],
    ['{"metric":[]}', 'malformed_json: unknown key "metric"; did you mean "metrics"?'],
    ['{"metrics":[],"metrics":[1]}', 'malformed_json: "metrics" is there twice'],
    ['{"\\u006detrics":[1]}', 'malformed_json: "metrics" is there twice'],
    ['{"metrics":[{"a":1},\n{"a":}]}', 'malformed_json: line 2, column 6: expected a JSON value'],
    ['{\n"metrics":[{},{},\n  ]}', 'malformed_json: line 3, column 3: expected a row'],
    ['{"metrics":[{},', 'malformed_json: line 1, column 16: expected a JSON value'],
    ['{"metrics":[{}', 'malformed_json: line 1, column 15: expected , or ]'],
    ['{"metrics":[\n{}] x', 'malformed_json: line 2, column 5: expected , or }'],
    ['{"metrics":[]', 'malformed_json: line 1, column 14: expected , or }'],
    ['{"metadata":{,"metrics":[]}', 'malformed_json: line 1, column 14'],
    [`{"metrics":[{},\n"${'x'.repeat(20_000)}"]}`, 'body_too_large: the row that begins in line 1'],
    [`{"metadata":"${'x'.repeat(70_000)}","metrics":[]}`, 'malformed_json: there are more than 65536'],
    [`{"metrics":[]${' '.repeat(70_000)}}`, 'malformed_json: there are more than 65536'],
  ])('is refused with its place: %#', (text, message) => {
    expect(refusal(text)).toContain(message);
  });
});

describe('any bytes', () => {
  const space = fc.constantFrom('', ' ', '\n', '\r\n\t');
  const spaced = fc
    .tuple(fc.array(fc.json(), { maxLength: 6 }), fc.array(space, { minLength: 8, maxLength: 8 }))
    .map(([rows, [a, b, c, d, e, f, g, h]]) => {
      const list = rows.join(`${a},${b}`);
      return `${c}{${d}"metadata":{"metrics":[]},${e}"metrics"${f}:${g}[${list}]${h}}`;
    });
  const sizes = { pieceBytes: fc.integer({ min: 1, max: 60 }), chunk: fc.integer({ min: 1, max: 40 }) };

  it('that are an export give its rows, however they are cut', () => {
    fc.assert(
      fc.property(spaced, fc.record(sizes), (text, { pieceBytes, chunk }) => {
        const { rows } = read(cut(encoder.encode(text), chunk), { pieceBytes });
        expect(rows).toEqual((JSON.parse(text) as { metrics: unknown[] }).metrics);
      }),
      { numRuns: 1000 },
    );
  });

  it('are taken only if all of it is JSON, with one sample or refusal a row', () => {
    const noise = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      ',',
      ':',
      '\n',
      '1',
      'null',
      '"metrics":[',
      'ü',
    );
    const near = fc
      .tuple(spaced, fc.nat(), fc.nat({ max: 3 }), fc.array(noise, { maxLength: 3 }))
      .map(([text, place, length, added]) => {
        const at = place % text.length;
        return encoder.encode(text.slice(0, at) + added.join('') + text.slice(at + length));
      });
    const bytes = fc.oneof({ weight: 5, arbitrary: near }, fc.uint8Array({ maxLength: 100 }));
    fc.assert(
      fc.property(bytes, fc.record(sizes), (body, { pieceBytes, chunk }) => {
        let taken: ReturnType<typeof read>;
        try {
          taken = read(cut(body, chunk), { pieceBytes });
        } catch (error) {
          expect(error).toBeInstanceOf(TinyObsError);
          return;
        }
        const { metrics } = JSON.parse(strictDecoder.decode(body)) as { metrics: unknown };
        expect(taken.rows).toEqual(metrics ?? []);
        expect(taken.batch.sampleCount + taken.refused.length).toBe(taken.rows.length);
      }),
      { numRuns: 3000 },
    );
  });
});
