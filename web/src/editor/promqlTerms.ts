import { LanguageType, promQLLanguage } from '@prometheus-io/codemirror-promql';
import {
  aggregateOpModifierTerms,
  aggregateOpTerms,
  binOpModifierTerms,
  binOpTerms,
  functionIdentifierTerms,
} from '@prometheus-io/codemirror-promql/dist/esm/complete/promql.terms.js';
import { getFunction } from '@prometheus-io/codemirror-promql/dist/esm/types/function.js';

/** A function or an aggregation of the language. */
export interface PromqlTerm {
  readonly signature: string;
  readonly help: string;
}

const TYPES: Readonly<Record<string, string>> = {
  vector: 'vector',
  matrix: 'range',
  scalar: 'number',
  string: 'text',
};

/** Of these the number or the name comes first. */
const PARAMETERS: Readonly<Record<string, string>> = {
  topk: 'number, ',
  bottomk: 'number, ',
  quantile: 'number, ',
  limitk: 'number, ',
  limit_ratio: 'number, ',
  count_values: 'text, ',
};

export const TERMS: ReadonlyMap<string, PromqlTerm> = new Map([
  ...functionIdentifierTerms.map(
    ({ label, info }) => [label, { signature: signatureOf(label), help: info }] as const,
  ),
  ...aggregateOpTerms.map(({ label, info }) => {
    const signature = `${label} by (labels) (${PARAMETERS[label] ?? ''}vector)`;
    return [label, { signature, help: info }] as const;
  }),
]);

/** What may follow an expression. */
export const OPERATORS: ReadonlySet<string> = new Set(
  [...binOpTerms, ...binOpModifierTerms, ...aggregateOpModifierTerms, { label: 'offset' }].map(
    ({ label }) => label,
  ),
);

/** The grammar knows functions by number only, which reading a call of one tells. */
function signatureOf(name: string): string {
  const { parser } = promQLLanguage(LanguageType.PromQL);
  const cursor = parser.parse(`${name}()`).cursor();
  while (cursor.next()) {
    if (cursor.name !== 'FunctionIdentifier') continue;
    const known = getFunction(cursor.node.firstChild?.type.id ?? 0);
    if (known === undefined) break;
    const types = known.argTypes.map((type) => TYPES[type]);
    // Negative: the last argument may be given any number of times; positive: as many may be left out.
    const needed = known.variadic > 0 ? types.slice(0, types.length - known.variadic) : types;
    const optional = known.variadic > 0 ? types.slice(types.length - known.variadic) : [];
    const more = known.variadic < 0 ? ', …' : optional.map((type) => `, [${type}]`).join('');
    return `${name}(${`${needed.join(', ')}${more}`.replace(/^, /, '')})`;
  }
  return `${name}(…)`;
}
