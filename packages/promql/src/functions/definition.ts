import type { Call, ValueType } from '../ast.js';
import type { Evaluator } from '../eval/evaluator.js';
import type { Grid } from '../eval/grid.js';
import type { RangeFunction } from '../eval/rangeFunction.js';
import type { Value } from '../eval/value.js';
import type { ExtendedFunction } from './extendedRates.js';

/** What a function takes and gives, and how it does it. */
export interface FunctionDefinition {
  readonly name: string;
  readonly args: readonly ValueType[];
  /** How many of the last arguments may be left out. */
  readonly optional: number;
  /** The last argument may be given any number of times. */
  readonly repeats: boolean;
  /** How often the last argument may be given when that is limited; 1 otherwise. */
  readonly repeatsMax: number;
  readonly returns: ValueType;
  /** The result may differ between steps although the arguments do not. */
  readonly dependsOnTime: boolean;
  /** Prometheus has it behind a feature flag. */
  readonly experimental: boolean;
  readonly implementation: Implementation;
}

export type Implementation =
  /** Over the windows of the one range vector among the arguments; the others are scalars. */
  | {
      readonly kind: 'range';
      readonly fn: RangeFunction;
      /** In place of `fn` where the selector is anchored or smoothed. */
      readonly extended?: ExtendedFunction;
      readonly keepsName?: boolean;
      /** Only makes sense for counters. */
      readonly counter?: boolean;
      /** The first argument is a quantile. */
      readonly quantile?: boolean;
    }
  /** On every value of the vector that is the first argument; the others are scalars. */
  | { readonly kind: 'value'; apply(value: number, params: readonly number[]): number }
  /** Anything else. */
  | { readonly kind: 'call'; evaluate(evaluator: Evaluator, call: Call, grid: Grid): Promise<Value> };

type Traits = Partial<
  Pick<FunctionDefinition, 'optional' | 'repeats' | 'repeatsMax' | 'returns' | 'dependsOnTime'>
>;

export function define(
  name: string,
  args: readonly ValueType[],
  implementation: Implementation,
  traits: Traits = {},
): FunctionDefinition {
  return {
    name,
    args,
    optional: 0,
    repeats: false,
    repeatsMax: 1,
    returns: 'instant vector',
    dependsOnTime: false,
    experimental: false,
    ...traits,
    implementation,
  };
}

export function experimental(definition: FunctionDefinition): FunctionDefinition {
  return { ...definition, experimental: true };
}
