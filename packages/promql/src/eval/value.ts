import type { Columns } from './columns.js';

/** What an expression evaluates to over the steps of a grid. */
export type Value =
  | { readonly type: 'scalar'; readonly values: Float64Array }
  | { readonly type: 'vector'; readonly columns: Columns }
  | { readonly type: 'string'; readonly value: string };

/** How many points the value keeps in memory. */
export function pointsOf(value: Value): number {
  if (value.type === 'vector') return value.columns.count * value.columns.steps;
  return value.type === 'scalar' ? value.values.length : 1;
}

export function vectorOf(columns: Columns): Value {
  return { type: 'vector', columns };
}
