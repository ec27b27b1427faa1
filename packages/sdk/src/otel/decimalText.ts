/** The shortest digits that read back the same, without an exponent, as bounds of buckets are written. */
export function decimalText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const [digits, exponentText] = String(value).split('e');
  if (exponentText === undefined) return digits;
  const [, sign, whole, fraction = ''] = /^(-?)(\d)(?:\.(\d+))?$/.exec(digits) as RegExpExecArray;
  const exponent = Number(exponentText);
  return exponent < 0
    ? `${sign}0.${'0'.repeat(-exponent - 1)}${whole}${fraction}`
    : sign + (whole + fraction).padEnd(exponent + 1, '0');
}
