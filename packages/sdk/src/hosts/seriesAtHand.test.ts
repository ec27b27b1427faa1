import { describe, expect, it } from 'vitest';
import { SERIES_AT_HAND_MAX } from '../constants.js';
import { type Alike, SeriesAtHand } from './seriesAtHand.js';

const ALIKE: Alike = { method: 'GET', scheme: 'http', route: '/items/:id', status: 200 };

describe('series at hand', () => {
  it('are made once for all exchanges that are alike, and apart for others', () => {
    const made: Alike[] = [];
    const atHand = new SeriesAtHand((alike) => made.push(alike));
    const others: Alike[] = [
      { ...ALIKE, method: 'POST' },
      { ...ALIKE, scheme: 'https' },
      { ...ALIKE, route: undefined },
      { ...ALIKE, status: undefined },
    ];
    for (let times = 0; times < 2; times++) {
      for (const [i, alike] of [ALIKE, ...others].entries()) expect(atHand.of({ ...alike })).toBe(i + 1);
    }
    expect(made).toEqual([ALIKE, ...others]);
  });

  it('are kept up to a limit, past which they are made each time', () => {
    let made = 0;
    const atHand = new SeriesAtHand(() => ++made);
    const of = (route: number) => atHand.of({ ...ALIKE, route: `/${route}` });
    for (let route = 0; route <= SERIES_AT_HAND_MAX; route++) of(route);
    made = 0;
    for (let route = 0; route < SERIES_AT_HAND_MAX; route++) of(route);
    expect(made).toBe(0);
    of(SERIES_AT_HAND_MAX);
    expect(made).toBe(1);
  });
});
