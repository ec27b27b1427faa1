import type { SyntaxNode, Tree } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { TinyObsError } from '@tinyobs/model';
import type { Expr, VectorSelector } from '../ast.js';
import { FUNCTIONS } from '../functions/registry.js';
import { QUERY_DEPTH_MAX, QUERY_LENGTH_MAX } from '../limits.js';
import { nearestName } from '../nearestName.js';
import { errorAt } from '../queryError.js';
import { ExprBuilder } from './exprBuilder.js';
import { type ScannedText, scanText } from './scanText.js';
import { readSelector } from './selectors.js';
import { STEP_VALUES, type Steps } from './steps.js';

/** Strict parsing stops at the first token that cannot follow, instead of guessing on. */
const strictParser = parser.configure({ strict: true });

/** Trees are cut off a little below this depth. */
const TREE_DEPTH_MAX = 2200;

/** The parser reads at least so many brackets, signs and powers inside each other; at some point it gives up. */
const NESTING_SURE = 200;

const TOO_DEEP = 'the expression is nested too deep, or has too many operators in a row';

/** What is said when a query ends within a bracket; the texts are those of Prometheus. */
const UNCLOSED: ReadonlyMap<string, string> = new Map([
  ['(', 'unclosed left parenthesis'],
  ['[', 'unclosed left bracket'],
  ['{', 'unexpected end of input inside braces'],
]);

export interface TextLimits {
  /** Longest text, in UTF-16 units; 65,536 when not given. */
  readonly lengthMax?: number;
  /** Deepest nesting; 1000 when not given, which is the most it may be. */
  readonly depthMax?: number;
}

/**
 * Syntax only: types, arities and the like are not looked at.
 *
 * @throws TinyObsError `query_parse`, `query_too_long`, `query_too_deep`
 */
export function* parseExpr(text: string, limits: TextLimits = {}): Steps<Expr> {
  const { lengthMax = QUERY_LENGTH_MAX, depthMax = QUERY_DEPTH_MAX } = limits;
  if (text.length > lengthMax) {
    throw new TinyObsError(
      'query_too_long',
      `the query has ${text.length} characters; at most ${lengthMax} are taken`,
    );
  }
  const tree = yield* parseTree(text, scanText(text, depthMax));
  const selectors = new Map<number, VectorSelector>();
  for (const node of selectorNodes(text, tree)) selectors.set(node.from, yield* readSelector(text, node));
  return new ExprBuilder(text, { depthMax, selectors }).build(tree.topNode);
}

function* parseTree(text: string, { grammarText, open, unclosedString }: ScannedText): Steps<Tree> {
  const { tree, offset } = yield* strictParse(grammarText);
  if (tree) return tree;
  if (nestingOf(text.slice(0, offset)) > NESTING_SURE)
    throw errorAt('query_too_deep', text, offset, TOO_DEEP);
  if (unclosedString !== undefined && unclosedString <= offset) {
    throw errorAt('query_parse', text, unclosedString, 'unterminated quoted string');
  }
  const functionStart = unknownFunctionStart(text, offset);
  const message = explain(text, offset, functionStart, open);
  throw errorAt('query_parse', text, functionStart ?? offset, message);
}

/** @throws TinyObsError `query_too_deep` */
function selectorNodes(text: string, tree: Tree): SyntaxNode[] {
  const nodes: SyntaxNode[] = [];
  let depth = 0;
  tree.iterate({
    enter(at) {
      if (++depth > TREE_DEPTH_MAX) throw errorAt('query_too_deep', text, at.from, TOO_DEEP);
      if (at.name === 'VectorSelector') nodes.push(at.node);
    },
    leave: () => depth--,
  });
  return nodes;
}

/** The tree, or the place of a token that cannot follow what is before it. */
function* strictParse(
  text: string,
): Steps<{ tree: Tree; offset?: undefined } | { tree?: undefined; offset: number }> {
  const parse = strictParser.startParse(text);
  try {
    for (;;) {
      // Otherwise the parser breaks off chains of some 300 operators, to keep its tree flat.
      Object.assign(parse, { bigReductionCount: 0 });
      const tree = parse.advance();
      if (tree) return { tree };
      yield STEP_VALUES;
    }
  } catch (error) {
    // A chain of very many operators overflows the stack when its tree is put together.
    if (error instanceof RangeError) throw errorAt('query_too_deep', text, 0, TOO_DEEP, { cause: error });
    const place = error instanceof SyntaxError ? /No parse at (\d+)/.exec(error.message) : null;
    if (!place) throw error;
    return { offset: Number(place[1]) };
  }
}

/** An upper bound of how deep the end of the text is nested. */
function nestingOf(text: string): number {
  return (text.match(/[-+^([]/g)?.length ?? 0) - (text.match(/[)\]]/g)?.length ?? 0);
}

function explain(text: string, offset: number, functionStart: number | undefined, open: readonly string[]) {
  if (functionStart !== undefined) {
    const name = text.slice(functionStart, offset).trim();
    const nearest = nearestName(name, FUNCTIONS.keys());
    return `unknown function with name ${JSON.stringify(name)}${nearest ? `; did you mean ${JSON.stringify(nearest)}?` : ''}`;
  }
  const rest = text.slice(offset);
  if (/^(?:\s|#[^\n]*(?:\n|$))*$/.test(rest)) {
    const unclosed = UNCLOSED.get(open[open.length - 1]);
    if (unclosed !== undefined) return unclosed;
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
