/** What a number on a chart means, which decides how it is written and where axis ticks fall. */
export type Unit =
  | 'none'
  | 'bytes'
  | 'seconds'
  | 'milliseconds'
  | 'ratio'
  | 'percent'
  | 'perSecond'
  | 'bytesPerSecond';

/** All of them, as they are offered to choose from. */
export const UNIT_CHOICES: readonly { readonly value: Unit; readonly text: string }[] = [
  { value: 'none', text: 'Number (k, M, G)' },
  { value: 'bytes', text: 'Bytes' },
  { value: 'bytesPerSecond', text: 'Bytes per second' },
  { value: 'seconds', text: 'Seconds' },
  { value: 'milliseconds', text: 'Milliseconds' },
  { value: 'ratio', text: 'Percent of 1' },
  { value: 'percent', text: 'Percent of 100' },
  { value: 'perSecond', text: 'Per second' },
];

interface Scale {
  readonly divisor: number;
  readonly suffix: string;
}

/** A value for reading: three significant digits and its unit, `12.3 ms`, `1.20 GiB`, `45.6 %`. */
export function formatValue(value: number, unit: Unit): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '−Inf';
  const { divisor, suffix } = scaleFor(Math.abs(value), unit);
  const scaled = value / divisor;
  // A count is whole; a measure keeps its digits, so that it does not jump in width as it changes.
  const isCount = unit === 'none' && divisor === 1 && Number.isInteger(value);
  return (isCount ? withSign(String(value)) : withSign(significant(scaled))) + suffix;
}

/** A count that somebody may have to compare or type: whole, in groups of three digits, `1,234`. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** Axis labels: one scale and one number of decimals for all, so that they compare at a glance. */
export function formatTicks(values: readonly number[], unit: Unit): string[] {
  const largest = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const { divisor, suffix } = scaleFor(largest, unit);
  const spacing = Math.abs(values.length > 1 ? values[1] - values[0] : values[0]) / divisor;
  const decimals = decimalsFor(spacing);
  return values.map((value) => {
    const text = (value / divisor).toFixed(decimals);
    // A zero needs no unit: it is the same in all of them.
    return Number(text) === 0 ? '0' : withSign(text) + suffix;
  });
}

/** Labels of a logarithmic axis, where each has a scale of its own; '' where there is no room for one. */
export function formatLogTicks(values: readonly (number | null)[], unit: Unit): string[] {
  return values.map((value) => (value === null ? '' : formatTicks([value], unit)[0]));
}

/** The distances allowed between ticks: powers of two for bytes, clock divisions for long times, else 1-2-5. */
export function tickIncrements(unit: Unit): number[] {
  if (unit === 'bytes' || unit === 'bytesPerSecond') return BINARY_INCREMENTS;
  if (unit === 'seconds') return [...DECIMAL_INCREMENTS.filter((step) => step < 10), ...CLOCK_INCREMENTS];
  return DECIMAL_INCREMENTS;
}

/** The top of an axis whose values are all zero. */
export function emptyAxisMax(unit: Unit): number {
  if (unit === 'bytes' || unit === 'bytesPerSecond') return 1024;
  return unit === 'ratio' || unit === 'seconds' ? 0.01 : unit === 'milliseconds' ? 10 : 1;
}

const BINARY: readonly Scale[] = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'].map((name, power) => ({
  divisor: 1024 ** power,
  suffix: ` ${name}`,
}));
const DECIMAL: readonly Scale[] = ['', 'k', 'M', 'G', 'T'].map((name, power) => ({
  divisor: 1000 ** power,
  suffix: name,
}));
const TIME: readonly (Scale & { from: number })[] = [
  { from: 172_800, divisor: 86_400, suffix: ' d' },
  { from: 7_200, divisor: 3_600, suffix: ' h' },
  { from: 120, divisor: 60, suffix: ' min' },
  { from: 1, divisor: 1, suffix: ' s' },
  { from: 1e-3, divisor: 1e-3, suffix: ' ms' },
  { from: 1e-6, divisor: 1e-6, suffix: ' µs' },
  { from: 0, divisor: 1e-9, suffix: ' ns' },
];

const DECIMAL_INCREMENTS = Array.from({ length: 30 }, (_, index) => index - 12).flatMap((power) =>
  [1, 2, 5].map((digit) => Number(`${digit}e${power}`)),
);
const BINARY_INCREMENTS = Array.from({ length: 60 }, (_, power) => 2 ** power);
const CLOCK_INCREMENTS = [
  10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 432_000,
  864_000, 2_592_000, 8_640_000, 31_536_000, 315_360_000,
];

function scaleFor(size: number, unit: Unit): Scale {
  switch (unit) {
    case 'seconds':
      return size === 0 ? { divisor: 1, suffix: ' s' } : TIME.find(({ from }) => size >= from)!;
    case 'milliseconds': {
      const { divisor, suffix } = scaleFor(size / 1000, 'seconds');
      return size === 0 ? { divisor: 1, suffix: ' ms' } : { divisor: divisor * 1000, suffix };
    }
    case 'ratio':
      return { divisor: 0.01, suffix: ' %' };
    case 'percent':
      return { divisor: 1, suffix: ' %' };
    case 'bytes':
      return stepsOf(size, 1024, BINARY);
    case 'bytesPerSecond':
      return suffixed(stepsOf(size, 1024, BINARY), '/s');
    case 'perSecond':
      return suffixed(stepsOf(size, 1000, DECIMAL), ' /s');
    case 'none':
      return stepsOf(size, 1000, DECIMAL);
  }
}

function stepsOf(size: number, base: number, scales: readonly Scale[]): Scale {
  const power = size < base ? 0 : Math.floor(Math.log(size) / Math.log(base) + 1e-9);
  return scales[Math.min(power, scales.length - 1)];
}

function suffixed(scale: Scale, suffix: string): Scale {
  return { divisor: scale.divisor, suffix: scale.suffix + suffix };
}

function significant(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 1e-3) return value.toExponential(1).replace('e-', 'e−');
  // What rounds up to the next digit has it: 99.97 is 100, not 100.0.
  const decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3;
  return value.toFixed(decimals);
}

function decimalsFor(spacing: number): number {
  if (!(spacing > 0)) return 0;
  for (let decimals = 0; decimals < 9; decimals += 1) {
    const scaled = spacing * 10 ** decimals;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6 * scaled && Math.round(scaled) > 0) return decimals;
  }
  return 9;
}

/** A true minus sign lines up with digits; a hyphen does not. */
function withSign(text: string): string {
  return text.replace(/^-/, '−');
}
