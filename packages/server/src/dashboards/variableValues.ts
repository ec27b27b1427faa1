import { chosenOf, isFound, type Meanings, meaningOf } from '@tinyobs/model/queryVariables';
import { invalid } from '../http/parameters.js';
import type { Variable } from './dashboardSchema.js';

/** What is chosen of variables, by name. */
export type VariableValues = Readonly<Record<string, readonly string[]>>;

/**
 * A value of every variable: as wanted, or as it opens. Those found in the data are taken as they are, since which
 * there are depends on the time.
 *
 * @throws TinyObsError `invalid_parameter` where there is none
 */
export function valuesOf(
  variables: readonly Variable[],
  wanted: (name: string) => readonly string[],
): Record<string, string[]> {
  return Object.fromEntries(
    variables.map((variable) => {
      const given = wanted(variable.name);
      const chosen = chosenOf(variable, isFound(variable.kind) ? given : variable.values, given);
      if (chosen.length > 0) return [variable.name, [...chosen]];
      throw invalid(`var-${variable.name}`, `the variable ${variable.name} has no value; give one`);
    }),
  );
}

/** What `valuesOf` stands for in queries and texts. */
export function meaningsOf(variables: readonly Variable[], values: VariableValues): Meanings {
  return Object.fromEntries(
    variables.map((variable) => [variable.name, meaningOf(variable, values[variable.name])]),
  );
}
