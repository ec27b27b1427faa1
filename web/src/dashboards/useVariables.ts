import { chosenOf, interpolate, type Meaning, meaningOf } from '@tinyobs/model/queryVariables';
import { labelValues } from '../api/client.js';
import type { Variable } from '../api/dashboards.js';
import { nowMs } from '../state/clock.js';
import { resolveRange, type TimeRange } from '../state/timeRange.js';
import { useQuery } from '../state/useQuery.js';

/** A variable with what there is to choose, and what is chosen. */
export interface ChosenVariable {
  readonly variable: Variable;
  readonly options: readonly string[];
  readonly chosen: readonly string[];
}

/** Ranges that move are asked for new values so often. */
const OPTIONS_KEPT_MS = 60_000;

/** All variables of a dashboard, those that depend on others after them; null until they are known. */
export function useVariables(
  variables: readonly Variable[],
  values: Readonly<Record<string, readonly string[]>>,
  range: TimeRange,
): readonly ChosenVariable[] | null {
  const request = {
    subject: JSON.stringify(variables),
    variant: JSON.stringify([values, range]),
    tick: Math.floor(nowMs.value / OPTIONS_KEPT_MS),
  };
  const { data } = useQuery(variables.length === 0 ? null : request, async (signal) => {
    const span = resolveRange(range, nowMs.value);
    const known: ChosenVariable[] = [];
    for (const variable of variables) {
      const load = (selector: string) =>
        labelValues(variable.labelName, { matches: selector === '' ? [] : [selector], span }, signal);
      const options =
        variable.kind === 'query'
          ? await load(interpolate(variable.selector, meaningsOf(known)))
          : variable.values;
      known.push({ variable, options, chosen: chosenOf(variable, options, values[variable.name] ?? []) });
    }
    return known;
  });
  if (variables.length === 0) return NONE;
  // What was just chosen is shown at once, before those that depend on it are known anew.
  const chosenNow = (one: ChosenVariable) =>
    chosenOf(one.variable, one.options, values[one.variable.name] ?? []);
  return data?.map((one) => ({ ...one, chosen: chosenNow(one) })) ?? null;
}

export function meaningsOf(known: readonly ChosenVariable[]): Record<string, Meaning> {
  return Object.fromEntries(
    known.map(({ variable, chosen }) => [variable.name, meaningOf(variable, chosen)]),
  );
}

/** What is chosen, by name. */
export function chosenValues(known: readonly ChosenVariable[]): Record<string, readonly string[]> {
  return Object.fromEntries(known.map(({ variable, chosen }) => [variable.name, chosen]));
}

const NONE: readonly ChosenVariable[] = [];
