import { type LabelFilter, labelText, selectorText } from '../../api/promqlText.js';
import { operationOf } from './operationKinds.js';

/** A query as a list of choices: series, and what is done with them, one after the other. */
export interface BuiltQuery {
  /** '' for any. */
  readonly metric: string;
  readonly filters: readonly LabelFilter[];
  /** In their order; one over a stretch of time can only be the first. */
  readonly operations: readonly Operation[];
}

/** One thing that is done with series. Numbers and durations are as they were written. */
export interface Operation {
  /** A function, an aggregation or an operator: see `operationKinds.ts`. */
  readonly name: string;
  /** Of functions over a stretch of time. */
  readonly range: string;
  /** Of those that take a number. */
  readonly number: string;
  /** Of aggregations: which labels are kept, or are given up. */
  readonly grouping: 'all' | 'by' | 'without';
  readonly labels: readonly string[];
}

export const NOTHING_BUILT: BuiltQuery = { metric: '', filters: [], operations: [] };

/** The query that choices make, '' as long as nothing is selected. */
export function builtText({ metric, filters, operations }: BuiltQuery): string {
  // A filter is one as soon as it has a label; until then it is only a line to fill.
  const selector = selectorText(
    metric,
    filters.filter(({ label }) => label !== ''),
  );
  if (selector === '{}') return '';
  let text = selector;
  let isOperator = false;
  for (const operation of operations) {
    text = applied(operation, isOperator ? `(${text})` : text, text);
    isOperator = operationOf(operation.name).kind === 'operator';
  }
  return text;
}

function applied(operation: Operation, operand: string, argument: string): string {
  const { name, range, number, grouping, labels } = operation;
  const { kind, numberIs } = operationOf(name);
  const over = kind === 'range' ? `${argument}[${range}]` : argument;
  if (kind === 'operator') return `${operand} ${name} ${number}`;
  const args =
    numberIs === 'none' ? over : numberIs === 'first' ? `${number}, ${over}` : `${over}, ${number}`;
  const groups = grouping === 'all' ? '' : ` ${grouping} (${labels.map(labelText).join(', ')}) `;
  return `${name}${groups}(${args})`;
}
