import { Labels } from '@tinyobs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Columns, LabelColumn } from './columns.js';
import { selectExtremes } from './selectExtremes.js';
import { WorkClock } from './workClock.js';

const STEPS = 3;
const ROWS = 90;

const value = fc.constantFrom(-1, 0, 1, 2, 3, Number.NaN, Number.POSITIVE_INFINITY);
const row = fc.record({
  group: fc.nat(2),
  points: fc.array(fc.option(value), { minLength: STEPS, maxLength: STEPS }),
});
type Row = { readonly group: number; readonly points: readonly (number | null)[] };

/** Lists are kept in order up to 64, beyond that all rows are sorted. */
const limit = fc.constantFrom(-1, 0, 1, 2, 5, 64, 65, 80);

describe('the k largest and smallest', () => {
  it('are the first of each group when its rows are sorted, at every step', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: ROWS }),
        fc.array(limit, { minLength: STEPS, maxLength: STEPS }),
        fc.boolean(),
        async (rows, limits, largest) => {
          const clock = new WorkClock({ timeoutMs: 60_000, sliceMs: 60_000 });
          const groups = { groupOf: Uint32Array.from(rows, ({ group }) => group), labels: groupLabels() };
          const how = { largest, limits: Float64Array.from(limits), clock };
          const found = await selectExtremes(columnsOf(rows), groups, how);
          clock.close();
          expect(pointsOf(found)).toEqual(expectedPoints(rows, limits, largest));
        },
      ),
    );
  });
});

it('keeps the first of rows that are all NaN', async () => {
  const clock = new WorkClock({ timeoutMs: 60_000, sliceMs: 60_000 });
  const rows = [Number.NaN, Number.NaN, -1].map((first) => ({ group: 0, points: [first, null, null] }));
  const groups = { groupOf: new Uint32Array(3), labels: groupLabels() };
  for (const largest of [true, false]) {
    const how = { largest, limits: Float64Array.of(2, 2, 2), clock };
    expect(pointsOf(await selectExtremes(columnsOf(rows), groups, how))).toEqual([
      ['0', 0, Number.NaN],
      ['2', 0, -1],
    ]);
  }
  clock.close();
});

function groupLabels(): Labels[] {
  return [0, 1, 2].map((group) => Labels.fromObject({ group: String(group) }));
}

function columnsOf(rows: readonly Row[]): Columns {
  const labels = rows.map((_, i) => Labels.fromObject({ row: String(i) }));
  const points = rows.flatMap((one) => one.points);
  return {
    steps: STEPS,
    count: rows.length,
    labels: LabelColumn.of(labels),
    values: Float64Array.from(points, (point) => point ?? 7),
    present: Uint8Array.from(points, (point) => (point === null ? 0 : 1)),
  };
}

/** Row, step and value of each point, in the order of rows. */
function pointsOf({ count, steps, labels, values, present }: Columns): [string, number, number][] {
  const points: [string, number, number][] = [];
  for (let i = 0; i < count; i++) {
    for (let step = 0; step < steps; step++) {
      const place = i * steps + step;
      if (present[place] === 1) points.push([labels.at(i).get('row'), step, values[place]]);
    }
  }
  return points;
}

function expectedPoints(
  rows: readonly Row[],
  limits: readonly number[],
  largest: boolean,
): [string, number, number][] {
  const points: [string, number, number][] = [];
  const kept = limits.map((most, step) => new Set([0, 1, 2].flatMap((group) => firstOf(group, most, step))));
  for (const [i, { points: own }] of rows.entries()) {
    for (let step = 0; step < STEPS; step++)
      if (kept[step].has(i)) points.push([String(i), step, own[step]!]);
  }
  return points;

  function firstOf(group: number, most: number, step: number): number[] {
    const at = (i: number): number => rows[i].points[step]!;
    const members = rows.flatMap((one, i) => (one.group === group && one.points[step] !== null ? [i] : []));
    members.sort((a, b) => {
      if (Number.isNaN(at(a)) || Number.isNaN(at(b))) return +Number.isNaN(at(a)) - +Number.isNaN(at(b));
      if (at(a) === at(b)) return a - b;
      return at(a) < at(b) === largest ? 1 : -1;
    });
    return members.slice(0, Math.max(0, most));
  }
}
