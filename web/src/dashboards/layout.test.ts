import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Panel } from '../api/dashboards.js';
import { COLUMNS, nudge, place, settle, stretch } from './layout.js';
import { newPanel } from './newDashboard.js';

const at = (id: string, x: number, y: number, w: number, h: number): Panel => ({
  ...newPanel('graph', { x, y, w, h }),
  id,
});
const placesOf = (panels: readonly Panel[]) =>
  panels.map(({ id, x, y, w, h }) => `${id} ${x},${y} ${w}x${h}`);
const TWO = [at('a', 0, 0, 12, 8), at('b', 0, 8, 12, 8)];

describe('the layout of panels', () => {
  it('moves a panel past the one above and below it', () => {
    expect(placesOf(nudge(TWO, 'b', 'ArrowUp'))).toEqual(['b 0,0 12x8', 'a 0,8 12x8']);
    expect(placesOf(nudge(TWO, 'a', 'ArrowDown'))).toEqual(['b 0,0 12x8', 'a 0,8 12x8']);
    expect(placesOf(nudge(TWO, 'a', 'ArrowUp'))).toEqual(placesOf(TWO));
  });

  it('moves sideways within the columns, keeping the size', () => {
    expect(placesOf(place(TWO, 'a', { x: 40 }))).toEqual(['b 0,0 12x8', 'a 12,0 12x8'].sort().reverse());
    expect(placesOf(nudge(TWO, 'a', 'ArrowLeft'))).toEqual(placesOf(TWO));
  });

  it('pushes down what is in the way of one that grows, and lets it up again', () => {
    const grown = stretch(TWO, 'a', 'ArrowDown');
    expect(placesOf(grown)).toEqual(['a 0,0 12x9', 'b 0,9 12x8']);
    expect(placesOf(stretch(grown, 'a', 'ArrowUp'))).toEqual(placesOf(TWO));
    expect(stretch(TWO, 'a', 'ArrowRight')[0].w).toBe(13);
  });

  it('never lays one panel over another, nor out of the columns, whatever is done', () => {
    const panels = fc
      .array(
        fc.record({
          x: fc.nat(23),
          y: fc.nat(60),
          w: fc.integer({ min: 1, max: 24 }),
          h: fc.integer({ min: 1, max: 20 }),
        }),
        {
          minLength: 1,
          maxLength: 12,
        },
      )
      .map((places) => places.map(({ x, y, w, h }, i) => at(String(i), x, y, Math.min(w, COLUMNS - x), h)));
    const wanted = fc.record({ x: fc.integer({ min: -5, max: 40 }), y: fc.integer({ min: -5, max: 90 }) });
    fc.assert(
      fc.property(panels, wanted, (given, to) => {
        const done = place(settle(given), '0', to);
        expect(done).toHaveLength(given.length);
        for (const one of done) {
          expect(one.x >= 0 && one.x + one.w <= COLUMNS && one.y >= 0).toBe(true);
          for (const other of done) {
            if (other.id === one.id) continue;
            const isApart =
              one.x + one.w <= other.x ||
              other.x + other.w <= one.x ||
              one.y + one.h <= other.y ||
              other.y + other.h <= one.y;
            expect(isApart).toBe(true);
          }
        }
      }),
    );
  });
});
