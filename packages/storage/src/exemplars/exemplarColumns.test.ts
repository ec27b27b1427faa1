import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExemplarColumns } from './exemplarColumns.js';
import type { ExemplarFields } from './exemplarRecord.js';

const fields: fc.Arbitrary<ExemplarFields> = fc.record({
  series: fc.nat({ max: 4 }),
  timeMs: fc.constantFrom(-8.64e15, 0, 1, 1_700_000_000_000),
  value: fc.constantFrom(0, -0, 1, Number.NaN),
  labels: fc.uint8Array({ maxLength: 40 }),
});
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('add' as const), some: fc.array(fields, { maxLength: 90 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), count: fc.nat({ max: 50 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('drop' as const), count: fc.nat({ max: 200 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('retain' as const), series: fc.nat({ max: 4 }) }) },
);

const keyOf = ({ series, timeMs, value, labels }: ExemplarFields) =>
  `${series} ${timeMs} ${Object.is(value, -0) ? '-0' : value} ${labels.join()}`;

describe('columns of exemplars', () => {
  it('are what a plain list of different ones is, whatever is added and removed', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const columns = new ExemplarColumns();
        let model: { readonly key: string; readonly series: number; readonly entry: number }[] = [];
        let entry = 0;
        for (const one of steps) {
          entry++;
          if (one.kind === 'add') {
            for (const exemplar of one.some) {
              const key = keyOf(exemplar);
              const isNew = !model.some((known) => known.key === key);
              expect(columns.add(exemplar, entry)).toBe(isNew);
              if (isNew) model.push({ key, series: exemplar.series, entry });
            }
          } else if (one.kind === 'cut') {
            const count = Math.min(one.count, model.length);
            columns.cutTo(columns.end - count);
            model = model.slice(0, model.length - count);
          } else if (one.kind === 'drop') {
            const count = Math.min(one.count, model.length);
            columns.dropTo(columns.start + count);
            model = model.slice(count);
          } else {
            const entries = new Float64Array(columns.end);
            for (let place = columns.start; place < columns.end; place++) {
              if (columns.series[place] !== one.series) entries[place] = entry;
            }
            columns.retain(entries);
            model = model.filter(({ series }) => series !== one.series).map((known) => ({ ...known, entry }));
          }
          const places = Array.from({ length: columns.count }, (_, i) => columns.start + i);
          expect(places.map((place) => keyOf(columns.fieldsAt(place)))).toEqual(model.map(({ key }) => key));
          expect(places.map((place) => columns.entries[place])).toEqual(model.map((known) => known.entry));
          expect(new Set(columns.seriesHeld())).toEqual(new Set(model.map(({ series }) => series)));
          const sizes = places.reduce((sum, place) => sum + columns.sizeAt(place), 0);
          expect(columns.sizeBytes).toBe(sizes);
        }
      }),
    );
  });
});
