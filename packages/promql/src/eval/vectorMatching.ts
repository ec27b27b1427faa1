import { type Labels, TinyObsError } from '@tinyobs/model';
import { type Binary, isArithmetic, isComparison, type VectorMatching } from '../ast.js';
import { type Columns, ColumnsBuilder, dropMetricLabels, LabelColumn, mergeEqualLabels } from './columns.js';
import { fillMissing, type MatchSide } from './fillMissing.js';
import { arithmeticOf } from './operators.js';
import { DEFAULT_MATCHING, matchedLabels, signaturesOf } from './signatures.js';
import type { Work } from './work.js';
import type { WorkClock } from './workClock.js';

/** What a pair costs beside its steps, in values. */
const PAIR_VALUES = 16;

const NOT_UNIQUE = 'multiple matches for labels: grouping labels must ensure unique matches';
const MANY_IMPLICIT =
  'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)';

/**
 * An arithmetic or comparison operator between two vectors. The "one" side may have one value per match group
 * and step; so may the other side, unless the matching says "many".
 *
 * @throws TinyObsError `query_execution` for a match that is not unique, `query_too_many_samples`.
 */
export async function matchVectors(
  expr: Binary,
  left: Columns,
  right: Columns,
  work: Work,
): Promise<Columns> {
  const { clock, budget } = work;
  const matching = expr.matching ?? DEFAULT_MATCHING;
  const oneIsLeft = matching.card === 'one-to-many';
  const { sides, count } = await matchSides(expr, matching, [left, right], work);
  const [{ columns: many, groupOf: manyGroups }, { columns: one, groupOf: oneGroups }] = oneIsLeft
    ? [sides[1], sides[0]]
    : sides;
  const onesOfGroup = await rowsByGroup(oneGroups, count, clock);
  await checkOneSide(many, one, { groups: onesOfGroup, matching, clock });
  const { steps } = many;
  const pairing = new Pairing(expr, { many, one, oneIsLeft });
  if (matching.card === 'one-to-one') budget.holdBytes(count * steps);
  const taken = new Uint8Array(matching.card === 'one-to-one' ? count * steps : 0);
  const resultsOfGroup = new Uint32Array(count);
  // Different groups of a one-to-one match have different labels.
  let distinct = matching.card === 'one-to-one';
  for (let row = 0; row < many.count; row++) {
    const group = manyGroups[row];
    for (const oneRow of onesOfGroup[group]) {
      if (pairing.isFull) await pairing.makeRoom(clock);
      if (clock.dueAfter(PAIR_VALUES + 4 * steps)) await clock.pause();
      if (!pairing.add(row, oneRow, taken.subarray(group * steps))) continue;
      budget.hold(steps);
      if (++resultsOfGroup[group] > 1) distinct = false;
    }
  }
  return pairing.finish(matching, distinct, work);
}

/** Both sides with the match groups of their rows, filled up where that was asked for. */
async function matchSides(
  { fill }: Binary,
  matching: VectorMatching,
  [left, right]: readonly [Columns, Columns],
  work: Work,
): Promise<{ sides: [MatchSide, MatchSide]; count: number }> {
  const { groupOf, count } = await signaturesOf(matching, [left, right], work);
  const sides: [MatchSide, MatchSide] = [
    { columns: left, groupOf: groupOf[0] },
    { columns: right, groupOf: groupOf[1] },
  ];
  const groups = { count, matching };
  const [a, b] = sides;
  // As Prometheus evaluates it: with group_right, what the modifiers call left is the right side.
  const swapped = matching.card === 'one-to-many';
  const [forLeft, forRight] = swapped ? [fill?.right, fill?.left] : [fill?.left, fill?.right];
  if (forLeft !== undefined) sides[0] = await fillMissing(a, b, groups, forLeft, work);
  if (forRight !== undefined) sides[1] = await fillMissing(b, a, groups, forRight, work);
  return { sides, count };
}

async function rowsByGroup(groups: Uint32Array, count: number, clock: WorkClock): Promise<number[][]> {
  const rows: number[][] = [];
  for (let group = 0; group < count; group++) {
    rows.push([]);
    if (clock.dueAfter(PAIR_VALUES)) await clock.pause();
  }
  for (const [row, group] of groups.entries()) {
    rows[group].push(row);
    if (clock.dueAfter(PAIR_VALUES)) await clock.pause();
  }
  return rows;
}

/** Two values in a match group at one step cannot both be "the one"; unless there is nothing to match them. */
async function checkOneSide(
  many: Columns,
  one: Columns,
  how: { groups: readonly number[][]; matching: VectorMatching; clock: WorkClock },
): Promise<void> {
  const { groups, matching, clock } = how;
  let matchable: Uint8Array | undefined;
  for (const rows of groups) {
    if (rows.length < 2) continue;
    matchable ??= await stepsWithValues(many, clock);
    for (let step = 0; step < one.steps; step++) {
      if (matchable[step] === 0) continue;
      if (clock.dueAfter(4 * rows.length)) await clock.pause();
      const [first, second] = rows.filter((row) => one.present[row * one.steps + step] === 1);
      if (second !== undefined) throw duplicate(one.labels.at(first), one.labels.at(second), matching);
    }
  }
}

async function stepsWithValues({ steps, count, present }: Columns, clock: WorkClock): Promise<Uint8Array> {
  const found = new Uint8Array(steps);
  for (let row = 0; row < count; row++) {
    for (let step = 0; step < steps; step++) found[step] |= present[row * steps + step];
    if (clock.dueAfter(steps)) await clock.pause();
  }
  return found;
}

function duplicate(a: Labels, b: Labels, matching: VectorMatching): TinyObsError {
  const group = inBraces(matchedLabels(matching)(a));
  const side = matching.card === 'one-to-many' ? 'left' : 'right';
  const [first, second] = a.compare(b) <= 0 ? [a, b] : [b, a];
  return new TinyObsError(
    'query_execution',
    `found duplicate series for the match group ${group} on the ${side} hand-side of the operation: ` +
      `[${inBraces(first)}, ${inBraces(second)}];many-to-many matching not allowed: ` +
      'matching labels must be unique on one side',
  );
}

/** All labels, the metric name too, in the form Prometheus' messages have. */
function inBraces(labels: Labels): string {
  return `{${[...labels].map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`;
}

/** Results of pairs of rows; pairs without any value are left out. */
class Pairing {
  readonly #expr: Binary;
  readonly #many: Columns;
  readonly #one: Columns;
  readonly #oneIsLeft: boolean;
  readonly #builder: ColumnsBuilder;
  readonly #pairs: (readonly [manyRow: number, oneRow: number])[] = [];

  constructor(expr: Binary, sides: { many: Columns; one: Columns; oneIsLeft: boolean }) {
    this.#expr = expr;
    this.#many = sides.many;
    this.#one = sides.one;
    this.#oneIsLeft = sides.oneIsLeft;
    this.#builder = new ColumnsBuilder(sides.many.steps, 0);
  }

  get isFull(): boolean {
    return this.#builder.isFull;
  }

  makeRoom(clock: WorkClock): Promise<void> {
    return this.#builder.makeRoom(clock);
  }

  /**
   * Returns whether the pair has a result. `taken` marks the steps at which the match group has met already; empty when it may do so
   * often.
   */
  add(manyRow: number, oneRow: number, taken: Uint8Array): boolean {
    const { steps, present, values } = this.#many;
    const compute = arithmeticOf(this.#expr.op);
    const filters = isComparison(this.#expr.op) && !this.#expr.returnBool;
    const start = this.#builder.addRow();
    let found = false;
    for (let step = 0; step < steps; step++) {
      const manyPlace = manyRow * steps + step;
      const onePlace = oneRow * steps + step;
      if ((present[manyPlace] & this.#one.present[onePlace]) === 0) continue;
      if (taken[step] === 1) throw new TinyObsError('query_execution', MANY_IMPLICIT);
      taken[step] = 1;
      const left = this.#oneIsLeft ? this.#one.values[onePlace] : values[manyPlace];
      const right = this.#oneIsLeft ? values[manyPlace] : this.#one.values[onePlace];
      const result = compute(left, right);
      if (filters && result === 0) continue;
      this.#builder.values[start + step] = filters ? left : result;
      this.#builder.present[start + step] = 1;
      found = true;
    }
    if (found) this.#pairs.push([manyRow, oneRow]);
    else this.#builder.dropRow();
    return found;
  }

  async finish(matching: VectorMatching, distinct: boolean, work: Work): Promise<Columns> {
    const { clock, budget } = work;
    const relabel = resultLabels(this.#expr, matching);
    const labels: Labels[] = [];
    for (const [manyRow, oneRow] of this.#pairs) {
      const paired = relabel(this.#many.labels.at(manyRow), this.#one.labels.at(oneRow));
      budget.holdLabels(paired);
      labels.push(paired);
      if (clock.due) await clock.pause();
    }
    const columns = this.#builder.finish(LabelColumn.of(labels, { distinct, sameName: false }));
    return mergeEqualLabels(columns, work, matching.card === 'one-to-one' ? undefined : NOT_UNIQUE);
  }
}

/** Labels of a result: those of the "many" side, with what the grouping takes from the "one" side. */
function resultLabels(expr: Binary, matching: VectorMatching): (many: Labels, one: Labels) => Labels {
  const dropsName = isArithmetic(expr.op) || expr.returnBool;
  const names = new Set(matching.labels);
  return (many, one) => {
    let labels = dropsName ? dropMetricLabels(many) : many;
    if (matching.card === 'one-to-one') labels = matching.on ? labels.keep(names) : labels.drop(names);
    for (const name of matching.include) labels = labels.with(name, one.get(name));
    return labels;
  };
}
