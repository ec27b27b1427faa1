import { type ArithmeticOp, type BinaryOp, type ComparisonOp, isArithmetic, isComparison } from '../ast.js';

/** What the operator computes where it does not filter. */
export function arithmeticOf(op: BinaryOp): Arithmetic {
  if (isArithmetic(op)) return ARITHMETIC[op];
  const compare = isComparison(op) ? COMPARISONS[op] : () => false;
  return (left, right) => Number(compare(left, right));
}

export type Arithmetic = (left: number, right: number) => number;

const ARITHMETIC: Readonly<Record<ArithmeticOp, Arithmetic>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '^': power,
  atan2: Math.atan2,
};

type Comparison = (left: number, right: number) => boolean;

const COMPARISONS: Readonly<Record<ComparisonOp, Comparison>> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '>': (left, right) => left > right,
  '<': (left, right) => left < right,
  '>=': (left, right) => left >= right,
  '<=': (left, right) => left <= right,
};

/** As IEEE 754 has it; JavaScript gives NaN for powers of 1 and -1 that other languages define. */
function power(base: number, exponent: number): number {
  if (base === 1) return 1;
  if (base === -1 && Math.abs(exponent) === Number.POSITIVE_INFINITY) return 1;
  return base ** exponent;
}
