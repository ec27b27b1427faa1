import type { Labels } from '../api/types.js';
import type { Unit } from '../chart/units.js';

export interface PanelQuery {
  /** PromQL for a `rate` window such as `1m`; queries without a rate ignore it. */
  readonly text: (window: string) => string;
  readonly name: (labels: Labels) => string;
}

/** One chart of the overview. */
export interface PanelSpec {
  /** Stable: tests hold on to it. */
  readonly slug: string;
  readonly title: string;
  readonly unit: Unit;
  readonly queries: readonly PanelQuery[];
  /** How the newest values of all series become the number in the panel's head. */
  readonly headline: 'sum' | 'max' | 'first';
  /** What that number is, where the title does not say it: `total`, `p99`. */
  readonly headlineLabel: string;
  /** A tile is a number over a sparkline; a chart has axes and a legend. */
  readonly kind: 'tile' | 'chart' | 'wide';
}

export function headlineOf(values: readonly number[], how: PanelSpec['headline']): number | null {
  if (values.length === 0) return null;
  if (how === 'first') return values[0];
  return how === 'sum' ? values.reduce((sum, value) => sum + value, 0) : Math.max(...values);
}
