import { Labels } from '@tinyobs/model';
import type { QueryResult, QueryStats, QueryValue } from '@tinyobs/promql';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AnswerStats, resultJson } from './resultJson.js';

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.integer({ max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  fc.constantFrom('', '"', '\\', '\u0000', '\u007f', '\u2028', '\ud800', '\udc00x', '__proto__', 'é', '💥'),
);
const labels = fc
  .uniqueArray(fc.tuple(hostile, hostile), { selector: ([name]) => name, maxLength: 5 })
  .map((pairs) => Labels.from(pairs));
const timeMs = fc.integer({ min: -(10 ** 12), max: 10 ** 13 });
const scalar = fc.record({ type: fc.constant('scalar' as const), timeMs, value: fc.double() });
const text = fc.record({ type: fc.constant('string' as const), timeMs, value: hostile });
const vector = fc
  .record({ timeMs, series: fc.array(fc.tuple(labels, fc.double()), { maxLength: 20 }) })
  .map(({ timeMs: at, series }) => vectorOf(at, series));
const matrix = fc
  .array(fc.tuple(labels, fc.array(fc.tuple(timeMs, fc.double()), { minLength: 1, maxLength: 20 })), {
    maxLength: 5,
  })
  .map(matrixOf);
const stats = fc.record({
  waitedMs: fc.nat(1000),
  isWhole: fc.boolean(),
  steps: fc.array(fc.tuple(timeMs, fc.nat())),
});

function vectorOf(at: number, series: readonly (readonly [Labels, number])[]): QueryValue {
  const values = Float64Array.from(series, ([, value]) => value);
  return { type: 'vector', timeMs: at, labels: series.map(([one]) => one), values };
}

function matrixOf(
  series: readonly (readonly [Labels, readonly (readonly [number, number])[]])[],
): QueryValue {
  const starts = new Uint32Array(series.length + 1);
  for (const [i, [, points]] of series.entries()) starts[i + 1] = starts[i] + points.length;
  const points = series.flatMap(([, ofSeries]) => ofSeries);
  return {
    type: 'matrix',
    labels: series.map(([one]) => one),
    starts,
    times: Float64Array.from(points, ([time]) => time),
    values: Float64Array.from(points, ([, value]) => value),
  };
}

function resultOf(value: QueryValue, notes: readonly string[] = []): QueryResult {
  return { value, warnings: notes, infos: notes, samples: 0, fromRollups: false, stats: undefined };
}

/** Stands where a time is to be put, which JSON.stringify would not write with its zeros. */
class Seconds {
  constructor(readonly ms: number) {}

  toJSON(): string {
    return `<${(this.ms / 1000).toFixed(3).replace(/\.000$/, '')}>`;
  }
}

function sampleText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  return Object.is(value, -0) ? '-0' : String(value).replace(/(e[+-])(\d)$/, '$10$2');
}

function metricOf(one: Labels): string {
  return `{${[...one].map((pair) => pair.map((part) => JSON.stringify(part)).join(':')).join(',')}}`;
}

/** The same answer, put together from JSON.stringify. */
function plainJson({ value, warnings, infos }: QueryResult, statistics?: AnswerStats): string {
  const notes = `${warnings.length ? `,"warnings":${JSON.stringify(warnings)}` : ''}${infos.length ? `,"infos":${JSON.stringify(infos)}` : ''}`;
  const more = statistics ? `,"stats":${plainStats(statistics)}` : '';
  return `{"status":"success","data":{"resultType":"${value.type}","result":${plainValue(value)}${more}}${notes}}`;
}

function plainValue(value: QueryValue): string {
  if (value.type === 'scalar') return JSON.stringify([value.timeMs / 1000, sampleText(value.value)]);
  if (value.type === 'string') return JSON.stringify([value.timeMs / 1000, value.value]);
  const series = value.labels.map((one, i) => {
    const metric = `{"metric":${metricOf(one)},`;
    if (value.type === 'vector') return `${metric}"value":${point(value.timeMs, value.values[i])}}`;
    const points: string[] = [];
    for (let at = value.starts[i]; at < value.starts[i + 1]; at++) {
      points.push(point(value.times[at], value.values[at]));
    }
    return `${metric}"values":[${points.join(',')}]}`;
  });
  return `[${series.join(',')}]`;
}

function point(time: number, value: number): string {
  return numbersBare(JSON.stringify([new Seconds(time), sampleText(value)]));
}

function numbersBare(json: string): string {
  return json.replace(/"<([^>]*)>"/g, '$1');
}

function plainStats({ query, waitedMs, isWhole }: AnswerStats): string {
  const steps = Array.from(query.samplesPerStep, (samples, i) => [new Seconds(query.stepTimes[i]), samples]);
  return numbersBare(
    JSON.stringify({
      timings: {
        evalTotalTime: query.totalMs / 1000,
        resultSortTime: query.sortMs / 1000,
        queryPreparationTime: query.preparationMs / 1000,
        innerEvalTime: query.evaluationMs / 1000,
        execQueueTime: waitedMs / 1000,
        execTotalTime: (waitedMs + query.totalMs) / 1000,
      },
      samples: {
        ...(isWhole && { totalQueryableSamplesPerStep: steps }),
        totalQueryableSamples: query.samples,
        peakSamples: Math.ceil(query.peakSamples),
      },
      ...(isWhole && { tree: query.tree }),
    }),
  );
}

function written(result: QueryResult, statistics?: AnswerStats): string {
  return Buffer.concat([...resultJson(result, statistics)]).toString();
}

describe('answers of queries as JSON', () => {
  it('are what JSON.stringify makes of their parts', () => {
    fc.assert(
      fc.property(fc.oneof(scalar, text, vector, matrix), fc.array(hostile), (value, notes) => {
        const result = resultOf(value, notes);
        expect(written(result)).toBe(plainJson(result));
      }),
      { numRuns: 2000 },
    );
  });

  it('carry statistics', () => {
    fc.assert(
      fc.property(stats, ({ waitedMs, isWhole, steps }) => {
        const query: QueryStats = {
          preparationMs: 0.25,
          evaluationMs: 1.5,
          sortMs: 0.125,
          totalMs: 2,
          samples: 12_345,
          samplesPerStep: Float64Array.from(steps, ([, samples]) => samples),
          stepTimes: Float64Array.from(steps, ([time]) => time),
          peakSamples: 6.5,
          tree: { type: 'numberLiteral', val: '1' },
        };
        const result = resultOf(vectorOf(0, []));
        const statistics = { query, waitedMs, isWhole };
        expect(written(result, statistics)).toBe(plainJson(result, statistics));
      }),
    );
  });

  it('come in pieces that are neither small nor large', () => {
    const name = 'é"'.repeat(2000);
    const series = Array.from(
      { length: 500 },
      (_, i) => [Labels.fromObject({ name, i: `${i}` }), i / 7] as const,
    );
    const points = Array.from({ length: 50_000 }, (_, i) => [i * 15_000, i / 7] as const);
    for (const value of [vectorOf(0, series), matrixOf([[Labels.EMPTY, points]])]) {
      const result = resultOf(value);
      const pieces = [...resultJson(result)];
      expect(Buffer.concat(pieces).toString()).toBe(plainJson(result));
      expect(pieces.length).toBeGreaterThan(10);
      for (const piece of pieces.slice(0, -1)) {
        expect(piece.length).toBeGreaterThanOrEqual(64 * 1024);
        expect(piece.length).toBeLessThan(80 * 1024);
      }
    }
  });

  it('take little more memory than their bytes, the first piece as the others', () => {
    const points = Array.from({ length: 10_000 }, (_, i) => [i * 15_000, i / 7] as const);
    const pieces = [...resultJson(resultOf(matrixOf([[Labels.EMPTY, points]])))];
    expect(pieces.length).toBeGreaterThan(3);
    for (const piece of pieces) expect(piece.buffer.byteLength).toBeLessThan(80 * 1024);
  });
});
