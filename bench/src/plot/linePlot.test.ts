import { describe, expect, it } from 'vitest';
import { linePlot, ticksOf } from './linePlot.js';

describe('line plots', () => {
  it('has round ticks around the values', () => {
    expect(ticksOf({ label: '', scale: 'log' }, [3, 500])).toEqual([1, 10, 100, 1000]);
    expect(ticksOf({ label: '', scale: 'log' }, [1000, 1e6])).toEqual([1e3, 1e4, 1e5, 1e6]);
    expect(ticksOf({ label: '', scale: 'linear' }, [0.2, 0.93])).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticksOf({ label: '', scale: 'linear' }, [110, 440])).toEqual([0, 100, 200, 300, 400, 500]);
    expect(ticksOf({ label: '', scale: 'linear' }, [4])).toEqual([0, 1, 2, 3, 4]);
  });

  it('draws every point inside the page, names apart from each other and text as text', () => {
    const svg = linePlot({
      title: 'a < b',
      x: { label: 'series', scale: 'log' },
      y: { label: 'time, ms', scale: 'log' },
      lines: ['one', 'two'].map((name) => ({
        name,
        points: [1e3, 1e4, 1e6].map((x) => ({ x, y: x / 1000 })),
      })),
    });
    expect(svg).toContain('a &lt; b');
    const centres = [...svg.matchAll(/<circle [^>]*cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [
      Number(x),
      Number(y),
    ]);
    expect(centres.length).toBe(6);
    expect(centres.every(([x, y]) => x >= 0 && x <= 720 && y >= 0 && y <= 380)).toBe(true);
    const [one, two] = ['one', 'two'].map((name) =>
      Number(new RegExp(`y="([\\d.]+)" class="fill\\d">${name}<`).exec(svg)?.[1]),
    );
    expect(Math.abs(one - two)).toBeGreaterThanOrEqual(16);
  });
});
