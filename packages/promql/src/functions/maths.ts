import { define, type FunctionDefinition } from './definition.js';

/** Functions of a single value. */
export const MATHS_FUNCTIONS: readonly FunctionDefinition[] = [
  maths('abs', Math.abs),
  maths('ceil', Math.ceil),
  maths('floor', Math.floor),
  maths('exp', Math.exp),
  maths('sqrt', Math.sqrt),
  maths('ln', Math.log),
  maths('log2', Math.log2),
  maths('log10', Math.log10),
  maths('sgn', Math.sign),
  maths('sin', Math.sin),
  maths('cos', Math.cos),
  maths('tan', Math.tan),
  maths('asin', Math.asin),
  maths('acos', Math.acos),
  maths('atan', Math.atan),
  maths('sinh', Math.sinh),
  maths('cosh', Math.cosh),
  maths('tanh', Math.tanh),
  maths('asinh', Math.asinh),
  maths('acosh', Math.acosh),
  maths('atanh', Math.atanh),
  maths('deg', (value) => (value * 180) / Math.PI),
  maths('rad', (value) => (value * Math.PI) / 180),
  define('round', ['instant vector', 'scalar'], { kind: 'value', apply: round }, { optional: 1 }),
];

function maths(name: string, apply: (value: number) => number): FunctionDefinition {
  return define(name, ['instant vector'], { kind: 'value', apply: (value) => apply(value) });
}

/** Ties go up. Multiplying by the inverse has smaller errors than dividing. */
function round(value: number, [toNearest = 1]: readonly number[]): number {
  const inverse = 1 / toNearest;
  return Math.floor(value * inverse + 0.5) / inverse;
}
