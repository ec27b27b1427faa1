import type { Completion, CompletionResult, CompletionSource } from '@codemirror/autocomplete';
import { newCompleteStrategy } from '@prometheus-io/codemirror-promql';
import type { Meanings } from '@tinyobs/model/queryVariables';
import { promqlSource } from './promqlSource.js';
import { OPERATORS, TERMS } from './promqlTerms.js';

/** Completes metrics, labels, values, functions and operators. */
export function promqlCompletion(meanings: Meanings): CompletionSource {
  return async (context) => {
    const { client, isPartial } = promqlSource(context, meanings);
    try {
      const result = await newCompleteStrategy({ remote: client }).promQL(context);
      if (result === null || (!context.explicit && isUnbegun(result, context.pos))) return null;
      const validFor = isPartial() ? undefined : result.validFor;
      return { ...result, validFor, options: result.options.map(withSignature) };
    } catch (error) {
      if (context.aborted) return null;
      throw error;
    }
  };
}

/** Behind a whole expression an operator may follow: who has not begun one wants to see the expression, not them. */
function isUnbegun({ from, options }: CompletionResult, at: number): boolean {
  return from === at && options.every(({ label }) => OPERATORS.has(label));
}

/** Functions and aggregations with what they take. */
function withSignature(option: Completion): Completion {
  if (option.detail !== 'function' && option.detail !== 'aggregation') return option;
  const term = TERMS.get(option.label);
  return term === undefined ? option : { ...option, detail: term.signature.slice(option.label.length) };
}
