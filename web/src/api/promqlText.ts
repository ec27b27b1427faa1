/** How a label must compare to its value. */
export type MatchOp = '=' | '!=' | '=~' | '!~';

export interface LabelFilter {
  readonly label: string;
  readonly op: MatchOp;
  readonly value: string;
}

/** A text as PromQL writes it. */
export function quote(text: string): string {
  return JSON.stringify(text);
}

/** Labels beyond letters, digits and `_` are written in quotes. */
export function labelText(name: string): string {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) ? name : quote(name);
}

/** The series of a metric, '' for any, that pass all filters; names beyond letters, digits, `_` and `:` are in the braces. */
export function selectorText(metric: string, filters: readonly LabelFilter[] = []): string {
  const isPlain = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(metric);
  const name = metric === '' || isPlain ? [] : [quote(metric)];
  const inside = [
    ...name,
    ...filters.map(({ label, op, value }) => `${labelText(label)}${op}${quote(value)}`),
  ];
  const braces = inside.length === 0 && isPlain ? '' : `{${inside.join(', ')}}`;
  return isPlain ? `${metric}${braces}` : braces;
}
