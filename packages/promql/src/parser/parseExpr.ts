import type { Tree } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { TinyObsError } from '@tinyobs/model';
import type { Expr } from '../ast.js';
import { FUNCTIONS } from '../functions/registry.js';
import { QUERY_LENGTH_MAX } from '../limits.js';
import { nearestName } from '../nearestName.js';
import { errorAt } from '../queryError.js';
import { ExprBuilder } from './exprBuilder.js';
import { type ScannedText, scanText } from './scanText.js';

/** Strict parsing stops at the first token that cannot follow, instead of guessing on. */
const strictParser = parser.configure({ strict: true });

const BRACKET_NAMES: ReadonlyMap<string, string> = new Map([
  ['(', 'parenthesis'],
  ['[', 'bracket'],
  ['{', 'brace'],
]);

/**
 * Syntax only: types, arities and the like are not looked at.
 *
 * @throws TinyObsError `query_parse`, `query_too_long`, `query_too_deep`
 */
export function parseExpr(text: string): Expr {
  if (text.length > QUERY_LENGTH_MAX) {
    throw new TinyObsError(
      'query_too_long',
      `the query has ${text.length} characters; at most ${QUERY_LENGTH_MAX} are taken`,
    );
  }
  const tree = parseTree(text, scanText(text));
  return new ExprBuilder(text).build(tree.topNode);
}

function parseTree(text: string, { grammarText, open }: ScannedText): Tree {
  try {
    return strictParser.parse(grammarText);
  } catch (cause) {
    const place = cause instanceof SyntaxError ? /No parse at (\d+)/.exec(cause.message) : null;
    if (!place) throw cause;
    const offset = Number(place[1]);
    const at = unknownFunctionStart(text, offset);
    throw errorAt('query_parse', text, at ?? offset, explain(text, offset, at, open), { cause });
  }
}

function explain(text: string, offset: number, functionStart: number | undefined, open: readonly string[]) {
  if (functionStart !== undefined) {
    const name = text.slice(functionStart, offset).trim();
    const nearest = nearestName(name, FUNCTIONS.keys());
    return `unknown function with name ${JSON.stringify(name)}${nearest ? `; did you mean ${JSON.stringify(nearest)}?` : ''}`;
  }
  const rest = text.slice(offset);
  if (/^(?:\s|#[^\n]*(?:\n|$))*$/.test(rest)) {
    if (open.length > 0) return `unclosed left ${BRACKET_NAMES.get(open[open.length - 1])}`;
    return text.slice(0, offset).trim() === '' ? 'no expression found in input' : 'unexpected end of input';
  }
  const token = /^(?:[a-zA-Z_:][\w:]*|[0-9.][\w.]*|"[^"\n]*"?|'[^'\n]*'?|[=!<>]=|[=!]~|.)/su.exec(rest);
  return `unexpected ${JSON.stringify(token ? token[0] : rest[0])}`;
}

/** A name right before the parenthesis that the parser stopped at: only known functions may stand there. */
function unknownFunctionStart(text: string, offset: number): number | undefined {
  if (text[offset] !== '(') return undefined;
  const name = /([a-zA-Z_:][\w:]*)\s*$/.exec(text.slice(Math.max(0, offset - 256), offset));
  if (!name || FUNCTIONS.has(name[1])) return undefined;
  return offset - name[0].length;
}
