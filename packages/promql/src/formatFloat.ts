/** As Go's `strconv.FormatFloat(value, 'f', -1, 64)`, which is how Prometheus writes values: no exponents. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const text = String(value);
  const parts = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  return parts ? withoutExponent(parts[1], parts[2], parts[3] ?? '', Number(parts[4])) : text;
}

function withoutExponent(sign: string, whole: string, fraction: string, exponent: number): string {
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - whole.length)}${whole}${fraction}`;
  return `${sign}${whole}${fraction}${'0'.repeat(exponent - fraction.length)}`;
}
