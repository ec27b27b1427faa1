import { ALL, chosenOf, isFound, type Meaning, meaningOf } from '@tinyobs/model/queryVariables';
import { ApiError } from '../api/apiError.js';
import type { Variable } from '../api/dashboards.js';
import { nowMs } from '../state/clock.js';
import { gridFor, type TimeRange } from '../state/timeRange.js';
import { useQuery } from '../state/useQuery.js';
import { loadOptions } from './variableOptions.js';

/** A variable with what there is to choose, and what is chosen. */
export interface ChosenVariable {
  readonly variable: Variable;
  readonly options: readonly string[];
  readonly chosen: readonly string[];
  /** Why there is nothing to choose, where it could not be found. */
  readonly failure: string | null;
}

/** Ranges that move are asked for new values so often. */
const OPTIONS_KEPT_MS = 60_000;

/** A chart of usual width, whose steps the queries of variables mean. */
const USUAL_WIDTH_PX = 1_000;

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
    const grid = gridFor(range, USUAL_WIDTH_PX, nowMs.value);
    const known: ChosenVariable[] = [];
    for (const variable of variables) {
      const found = await attempt(() => loadOptions(variable, meaningsOf(known), grid, signal), signal);
      known.push({
        variable,
        ...found,
        chosen: chosenOf(variable, found.options, values[variable.name] ?? []),
      });
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
    known.map((one) => [
      one.variable.name,
      isNarrowed(one) ? { values: one.options } : meaningOf(one.variable, one.chosen),
    ]),
  );
}

/** What is chosen, by name, for those who know no more of it. */
export function chosenValues(known: readonly ChosenVariable[]): Record<string, readonly string[]> {
  return Object.fromEntries(
    known.map((one) => [
      one.variable.name,
      isNarrowed(one) && one.variable.isMulti ? one.options : one.chosen,
    ]),
  );
}

/** The values that are chosen, one by one. */
export function eachChosen({ options, chosen }: ChosenVariable): readonly string[] {
  return chosen.includes(ALL) ? options : chosen;
}

/** Whether all are chosen, and these are fewer than the label has. */
function isNarrowed({ variable, chosen }: ChosenVariable): boolean {
  return (
    chosen.includes(ALL) && isFound(variable.kind) && (variable.kind === 'result' || variable.regex !== '')
  );
}

/** One variable without values is no reason to show nothing; a server that is away is. */
async function attempt(
  load: () => Promise<readonly string[]>,
  signal: AbortSignal,
): Promise<Pick<ChosenVariable, 'options' | 'failure'>> {
  try {
    return { options: await load(), failure: null };
  } catch (thrown) {
    const isOutage = thrown instanceof ApiError && (thrown.isOutage || thrown.isKeyRefusal);
    if (isOutage || signal.aborted || !(thrown instanceof Error)) throw thrown;
    return { options: [], failure: thrown.message };
  }
}

const NONE: readonly ChosenVariable[] = [];
