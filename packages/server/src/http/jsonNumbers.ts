/**
 * A sample value as Prometheus prints it in JSON: the shortest digits that read back the same, plain between
 * 1e-6 and 1e21, else with an exponent of at least two digits.
 */
export function formatValue(value: number): string {
  // Small whole numbers, which most are, take a shorter way through the engine.
  const small = value | 0;
  if (small === value && small !== 0) return String(small);
  if (Number.isFinite(value)) {
    if (value === 0) return Object.is(value, -0) ? '-0' : '0';
    const text = String(value);
    const exponent = text.indexOf('e');
    if (exponent < 0 || text.length - exponent > 3) return text;
    return `${text.slice(0, exponent + 2)}0${text.slice(exponent + 2)}`;
  }
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

/** Three digits for each number below 1000. */
const THREE_DIGITS = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0'));

/** The thousands of the seconds written last: times that are written together mostly share them. */
let lastThousands = 0;
let lastThousandsText = '0';

/** Milliseconds as the seconds of the API: no decimals or three. */
export function formatSeconds(timeMs: number): string {
  const absoluteMs = Math.abs(timeMs);
  const fraction = absoluteMs % 1000;
  const text = formatWhole((absoluteMs - fraction) / 1000);
  const seconds = fraction === 0 ? text : `${text}.${THREE_DIGITS[fraction]}`;
  return timeMs < 0 ? `-${seconds}` : seconds;
}

function formatWhole(seconds: number): string {
  if (seconds < 1000) return String(seconds);
  const rest = seconds % 1000;
  const thousands = (seconds - rest) / 1000;
  if (thousands !== lastThousands) {
    lastThousands = thousands;
    lastThousandsText = String(thousands);
  }
  return lastThousandsText + THREE_DIGITS[rest];
}
