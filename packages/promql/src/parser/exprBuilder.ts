import type { SyntaxNode } from '@lezer/common';
import type {
  AggregateOp,
  Binary,
  BinaryOp,
  Expr,
  NumberLiteral,
  Unary,
  VectorMatching,
  VectorSelector,
} from '../ast.js';
import { isSetOp } from '../ast.js';
import { errorAt } from '../queryError.js';
import { childOf, childrenOf } from './children.js';
import { parseNumber } from './literals.js';
import { applyModifier, type Modifier, readModifier } from './modifiers.js';
import { groupingLabels, readString } from './selectors.js';

/** What an expression without its brackets is made of, in the order of the text. */
type Item =
  | { readonly kind: 'operand'; readonly expr: Expr }
  | { readonly kind: 'sign'; readonly op: '+' | '-'; readonly from: number }
  | { readonly kind: 'modifier'; readonly modifier: Modifier }
  | {
      readonly kind: 'binary';
      readonly op: BinaryOp;
      readonly returnBool: boolean;
      readonly matching?: VectorMatching;
      readonly fill?: Binary['fill'];
    };

const PRECEDENCE: ReadonlyMap<BinaryOp, number> = new Map([
  ['or', 1],
  ['and', 2],
  ['unless', 2],
  ...(['==', '!=', '<', '<=', '>', '>='] as const).map((op) => [op, 3] as const),
  ['+', 4],
  ['-', 4],
  ...(['*', '/', '%', 'atan2'] as const).map((op) => [op, 5] as const),
  ['^', 6],
]);
const PRECEDENCE_LOWEST = 1;
const PRECEDENCE_POWER = 6;

const BINARY_NODES: ReadonlySet<string> = new Set(
  'Pow Mul Div Mod Atan2 Add Sub Eql Gte Gtr Lte Lss Neq And Unless Or'.split(' '),
);
const MODIFIER_NODES: ReadonlySet<string> = new Set([
  'OffsetExpr',
  'StepInvariantExpr',
  'MatrixSelector',
  'SubqueryExpr',
  'AnchoredExpr',
  'SmoothedExpr',
]);
const AGGREGATES_WITH_PARAM: ReadonlySet<string> = new Set(
  'topk bottomk quantile count_values limitk limit_ratio'.split(' '),
);

/**
 * Turns the grammar's tree into our own. The grammar does not give signs, `offset`, `@` and ranges the
 * precedence Prometheus gives them, so operators are ordered here; only brackets are taken from the tree.
 */
export class ExprBuilder {
  readonly #text: string;
  readonly #depthMax: number;
  readonly #selectors: ReadonlyMap<number, VectorSelector>;
  /** Levels of nodes at and below each expression. */
  readonly #depths = new Map<Expr, number>();

  /** Takes the selectors of the text, which are read before, by the places where they start. */
  constructor(
    text: string,
    { depthMax, selectors }: { depthMax: number; selectors: ReadonlyMap<number, VectorSelector> },
  ) {
    this.#text = text;
    this.#depthMax = depthMax;
    this.#selectors = selectors;
  }

  build(top: SyntaxNode): Expr {
    return this.#expression(top.firstChild as SyntaxNode);
  }

  #expression(node: SyntaxNode): Expr {
    const items = this.#flatten(node);
    const reader = { items, at: 0 };
    return this.#binary(reader, PRECEDENCE_LOWEST);
  }

  /** Iterative, for chains of operators are as deep in the tree as they are long. */
  #flatten(top: SyntaxNode): Item[] {
    const items: Item[] = [];
    const stack: (SyntaxNode | Item)[] = [top];
    for (let next = stack.pop(); next; next = stack.pop()) {
      if ('kind' in next) {
        items.push(next);
      } else if (next.name === 'BinaryExpr') {
        stack.push(next.lastChild as SyntaxNode, this.#operator(next), next.firstChild as SyntaxNode);
      } else if (next.name === 'UnaryExpr') {
        stack.push(next.lastChild as SyntaxNode, this.#sign(next.from));
      } else if (MODIFIER_NODES.has(next.name)) {
        const modifier = readModifier(this.#text, next);
        stack.push({ kind: 'modifier', modifier }, next.firstChild as SyntaxNode);
      } else if (next.name === 'NumberDurationLiteral' && '+-'.includes(this.#text[next.from])) {
        items.push(this.#sign(next.from), { kind: 'operand', expr: this.#number(next) });
      } else {
        items.push({ kind: 'operand', expr: this.#atom(next) });
      }
    }
    return items;
  }

  #binary(reader: { items: Item[]; at: number }, precedenceMin: number): Expr {
    let left = this.#signed(reader);
    for (;;) {
      const item = reader.items[reader.at];
      if (item?.kind !== 'binary') return left;
      const precedence = PRECEDENCE.get(item.op) as number;
      if (precedence < precedenceMin) return left;
      reader.at++;
      const right = this.#binary(reader, item.op === '^' ? precedence : precedence + 1);
      const { kind: _, ...operator } = item;
      const span = { from: left.from, to: right.to };
      left = this.#node({ type: 'binary', ...operator, left, right, ...span }, left, right);
    }
  }

  /** An operand with its signs, which bind less than `^`, and its modifiers, which bind most. */
  #signed(reader: { items: Item[]; at: number }): Expr {
    const signs: Extract<Item, { kind: 'sign' }>[] = [];
    let item = reader.items[reader.at++];
    while (item.kind === 'sign') {
      signs.push(item);
      item = reader.items[reader.at++];
    }
    if (signs.length > 0) {
      reader.at--;
      let signed = this.#binary(reader, PRECEDENCE_POWER);
      for (const sign of signs.reverse()) signed = this.#withSign(sign, signed);
      return signed;
    }
    let expr = (item as Extract<Item, { kind: 'operand' }>).expr;
    for (let next = reader.items[reader.at]; next?.kind === 'modifier'; next = reader.items[reader.at]) {
      reader.at++;
      expr = this.#node(applyModifier(this.#text, expr, next.modifier), expr);
    }
    return expr;
  }

  /** Signs become part of the number they stand before. */
  #withSign({ op, from }: { op: '+' | '-'; from: number }, expr: Expr): Expr {
    if (expr.type === 'number') {
      return this.#node({ ...expr, value: op === '-' ? -expr.value : expr.value, from });
    }
    const unary: Unary = { type: 'unary', op, expr, from, to: expr.to };
    return this.#node(unary, expr);
  }

  #atom(node: SyntaxNode): Expr {
    const { from, to } = node;
    switch (node.name) {
      case 'NumberDurationLiteral':
        return this.#number(node);
      case 'StringLiteral':
        return this.#node({ type: 'string', value: readString(this.#text, node), from, to });
      case 'VectorSelector':
        return this.#node(this.#selectors.get(from) as VectorSelector);
      case 'ParenExpr': {
        const expr = this.#expression(node.firstChild as SyntaxNode);
        return this.#node({ type: 'paren', expr, from, to }, expr);
      }
      case 'FunctionCall': {
        const func = this.#slice(childOf(node, 'FunctionIdentifier') as SyntaxNode);
        const args = this.#arguments(node);
        return this.#node({ type: 'call', func, args, from, to }, ...args);
      }
      case 'AggregateExpr':
        return this.#aggregate(node);
      default:
        throw errorAt('query_parse', this.#text, node.from, `${node.name} is not supported`);
    }
  }

  #aggregate(node: SyntaxNode): Expr {
    const { from, to } = node;
    const op = this.#slice(childOf(node, 'AggregateOp') as SyntaxNode).toLowerCase();
    const args = this.#arguments(node);
    const wanted = AGGREGATES_WITH_PARAM.has(op) ? 2 : 1;
    if (args.length !== wanted) {
      const message =
        args.length === 0
          ? 'no arguments for aggregate expression provided'
          : `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${args.length}`;
      throw errorAt('query_parse', this.#text, from, message);
    }
    const modifier = childOf(node, 'AggregateModifier');
    const labels = modifier && childOf(modifier, 'GroupingLabels');
    const grouping = labels ? groupingLabels(this.#text, labels) : [];
    const without = modifier !== null && childOf(modifier, 'Without') !== null;
    const expr = args[wanted - 1];
    const param = wanted === 2 ? { param: args[0] } : {};
    return this.#node(
      { type: 'aggregate', op: op as AggregateOp, expr, ...param, without, grouping, from, to },
      ...args,
    );
  }

  #arguments(node: SyntaxNode): Expr[] {
    const args: Expr[] = [];
    const body = childOf(node, 'FunctionCallBody') as SyntaxNode;
    for (let child = body.firstChild; child; child = child.nextSibling) args.push(this.#expression(child));
    return args;
  }

  #number(node: SyntaxNode): NumberLiteral {
    const written = this.#slice(node).replace(/^[+-]\s*/, '');
    const parsed = parseNumber(written);
    if (!parsed) throw errorAt('query_parse', this.#text, node.from, `error parsing number: ${written}`);
    return this.#node({ type: 'number', ...parsed, from: node.to - written.length, to: node.to });
  }

  #sign(from: number): Item {
    return { kind: 'sign', op: this.#text[from] as '+' | '-', from };
  }

  #operator(node: SyntaxNode): Item {
    let op: BinaryOp | undefined;
    let returnBool = false;
    let matching: VectorMatching | undefined;
    let fill: Binary['fill'];
    for (let child = node.firstChild?.nextSibling; child?.nextSibling; child = child.nextSibling) {
      if (BINARY_NODES.has(child.name)) op = this.#slice(child).toLowerCase() as BinaryOp;
      else if (child.name === 'BoolModifier') returnBool = true;
      else if (child.name === 'MatchingModifierClause') matching = this.#matching(child);
      else if (child.name === 'FillModifier') fill = this.#fill(child);
      else throw errorAt('query_parse', this.#text, child.from, `${this.#slice(child)} is not supported`);
    }
    if (!op) throw errorAt('query_parse', this.#text, node.from, 'this operator is not supported');
    if (matching && isSetOp(op) && matching.card === 'one-to-one') {
      matching = { ...matching, card: 'many-to-many' };
    }
    return { kind: 'binary', op, returnBool, matching, ...(fill && { fill }) };
  }

  #matching(node: SyntaxNode): VectorMatching {
    const [labels, include] = childrenOf(node, 'GroupingLabels');
    const card = childOf(node, 'GroupLeft')
      ? 'many-to-one'
      : childOf(node, 'GroupRight')
        ? 'one-to-many'
        : 'one-to-one';
    return {
      card,
      on: childOf(node, 'On') !== null,
      labels: groupingLabels(this.#text, labels),
      include: include ? groupingLabels(this.#text, include) : [],
    };
  }

  #fill(node: SyntaxNode): Binary['fill'] {
    const valueIn = (clause: string) => {
      const found = childOf(node, clause);
      const literal = found && childOf(found, 'NumberDurationLiteral');
      if (!literal) return undefined;
      const { value } = this.#number(literal);
      return this.#text[literal.from] === '-' ? -value : value;
    };
    const both = valueIn('FillClause');
    if (both !== undefined) return { left: both, right: both };
    const [left, right] = [valueIn('FillLeftClause'), valueIn('FillRightClause')];
    return { ...(left !== undefined && { left }), ...(right !== undefined && { right }) };
  }

  #slice(node: SyntaxNode): string {
    return this.#text.slice(node.from, node.to);
  }

  #node<E extends Expr>(expr: E, ...children: Expr[]): E {
    let depth = 1;
    for (const child of children) depth = Math.max(depth, 1 + (this.#depths.get(child) ?? 0));
    if (depth > this.#depthMax) {
      throw errorAt(
        'query_too_deep',
        this.#text,
        expr.from,
        `the expression is nested more than ${this.#depthMax} deep`,
      );
    }
    this.#depths.set(expr, depth);
    return expr;
  }
}
