import type uPlot from 'uplot';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { thresholdPlugin } from './thresholdPlugin.js';

describe('thresholds on a plot', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('are lines across it in the colours of their roles, where they are on the axis', () => {
    vi.stubGlobal('devicePixelRatio', 2);
    vi.stubGlobal('document', {});
    vi.stubGlobal('getComputedStyle', () => ({ getPropertyValue: (name: string) => ` colour of ${name}` }));
    const lines: unknown[] = [];
    const ctx = {
      strokeStyle: '',
      ...Object.fromEntries(
        ['save', 'restore', 'setLineDash', 'beginPath', 'stroke'].map((name) => [name, vi.fn()]),
      ),
      moveTo: (x: number, y: number) => lines.push(['from', x, y]),
      lineTo: (x: number, y: number) => lines.push(['to', x, y, ctx.strokeStyle]),
    };
    const plot = {
      ctx,
      bbox: { left: 10, width: 100 },
      scales: { y: { min: 0, max: 50 } },
      valToPos: (value: number) => 200 - 2 * value,
    };
    const plugin = thresholdPlugin([
      { from: 80, role: 'bad' },
      { from: 20, role: 'warn' },
    ]);
    (plugin.hooks.drawAxes as (plot: uPlot) => void)(plot as unknown as uPlot);
    expect(lines).toEqual([
      ['from', 10, 160],
      ['to', 110, 160, 'colour of --warn'],
    ]);
  });
});
