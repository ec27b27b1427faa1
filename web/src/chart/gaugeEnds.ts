import type { Threshold } from './thresholds.js';
import type { Unit } from './units.js';

/** What the ends of a gauge stand for: what was said, else from nothing to all of it, or to a round number above. */
export function gaugeEnds(
  said: { readonly min?: number; readonly max?: number },
  found: { readonly unit: Unit; readonly highest: number; readonly thresholds: readonly Threshold[] },
): { readonly min: number; readonly max: number } {
  const min = said.min ?? 0;
  const max = said.max ?? wholeOf(found);
  return max > min ? { min, max } : { min, max: min + 1 };
}

function wholeOf({ unit, highest, thresholds }: Parameters<typeof gaugeEnds>[1]): number {
  const whole = unit === 'ratio' ? 1 : unit === 'percent' ? 100 : 0;
  const top = Math.max(highest, ...thresholds.map(({ from }) => from));
  return top <= whole ? whole : roundUp(top, unit === 'bytes' || unit === 'bytesPerSecond');
}

/** The next power of two for bytes, else the next of 1, 2 and 5 with zeros behind. */
function roundUp(value: number, isBinary: boolean): number {
  if (value <= 0) return 1;
  if (isBinary) return 2 ** Math.ceil(Math.log2(value));
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5, 10].find((digit) => digit * power >= value * (1 - 1e-9)) ?? 10);
}
