/**
 * A sample value as Prometheus prints it in JSON: the shortest digits that read back the same, plain between
 * 1e-6 and 1e21, else with an exponent of at least two digits.
 */
export function formatValue(value: number): string {
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

/** Milliseconds as the seconds of the API: no decimals or three. */
export function formatSeconds(timeMs: number): string {
  const sign = timeMs < 0 ? '-' : '';
  const absoluteMs = Math.abs(timeMs);
  const fraction = absoluteMs % 1000;
  const seconds = (absoluteMs - fraction) / 1000;
  return fraction === 0 ? `${sign}${seconds}` : `${sign}${seconds}.${String(fraction).padStart(3, '0')}`;
}
