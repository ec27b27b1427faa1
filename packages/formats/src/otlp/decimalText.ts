/**
 * A double in digits alone, without an exponent: the shortest that read back the same, as `le` and `quantile` have
 * them (Go's `FormatFloat(value, 'f', -1, 64)`).
 */
export function decimalText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const text = String(value);
  if (!text.includes('e')) return text;
  const [, sign, digits, exponentText] = /^(-?)([\d.]+)e([+-]\d+)$/.exec(value.toExponential()) ?? [];
  const exponent = Number(exponentText);
  const bare = digits.replace('.', '');
  return exponent < 0
    ? `${sign}0.${'0'.repeat(-exponent - 1)}${bare}`
    : sign + bare.padEnd(exponent + 1, '0');
}
