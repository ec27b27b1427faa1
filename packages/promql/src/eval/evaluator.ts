import { assert, METRIC_NAME, TinyObsError } from '@tinyobs/model';
import {
  type Aggregate,
  type Call,
  type Expr,
  type Span,
  type Subquery,
  type Unary,
  type VectorSelector,
  withoutParens,
} from '../ast.js';
import { formatFloat } from '../formatFloat.js';
import type { FunctionDefinition, Implementation } from '../functions/definition.js';
import { FUNCTIONS } from '../functions/registry.js';
import { SUBQUERY_STEPS_MAX } from '../limits.js';
import { type Fetch, type Plan, reachOf, selectorReach } from '../plan/planQuery.js';
import { needsOrder } from '../plan/rowOrder.js';
import { isAccumulated } from './accumulators.js';
import { type AggregableRows, aggregate, aggregateRows } from './aggregate.js';
import type { Annotations } from './annotations.js';
import { evaluateBinary } from './binary.js';
import { type Columns, pickRows, withoutMetricName } from './columns.js';
import { type Grid, type QueryTimes, type Reach, subqueryGrid } from './grid.js';
import { selectInstant } from './instantSelector.js';
import { evaluateWindows, type RangeFunction } from './rangeFunction.js';
import { collectRows, type Rows } from './rows.js';
import { type FetchedSamples, type SampleSource, sourceOfColumns } from './sampleSource.js';
import { mapValues, sortRows } from './sliced.js';
import { smoothedInstant, withEdgeSamples } from './smoothedSamples.js';
import { SampleCounter, type StatsRecorder } from './statsRecorder.js';
import { repeatStep } from './steps.js';
import { pointsOf, type Value, vectorOf } from './value.js';
import type { Work } from './work.js';
import type { WorkClock } from './workClock.js';

type RangeImplementation = Extract<Implementation, { kind: 'range' }>;

const COUNTER_NAME = /_(?:total|sum|count|bucket)$/;

export interface EvaluatorOptions extends Work {
  readonly plan: Plan;
  readonly samples: FetchedSamples;
  readonly annotations: Annotations;
  readonly times: QueryTimes;
  readonly lookbackMs: number;
  readonly subqueryStepMs: number;
  readonly stats: StatsRecorder;
}

/** Evaluates a checked and planned expression; a value belongs to whoever asked for it. */
export class Evaluator {
  readonly clock: WorkClock;
  readonly annotations: Annotations;
  readonly work: Work;
  readonly times: QueryTimes;
  readonly #options: EvaluatorOptions;
  /** Of the grid that is being evaluated; undefined where samples are not counted. */
  #counter: SampleCounter | undefined;

  constructor(options: EvaluatorOptions) {
    this.#options = options;
    this.#counter = options.stats.counter;
    this.clock = options.clock;
    this.work = options;
    this.times = options.times;
    this.annotations = options.annotations;
  }

  /** @throws TinyObsError `query_execution`, `query_too_many_samples`, `query_timeout`, `query_canceled` */
  async evaluate(expr: Expr, grid: Grid): Promise<Value> {
    const { budget, plan } = this.#options;
    const heldBefore = budget.mark();
    const once = grid.steps > 1 && plan.invariant.has(expr);
    const { nodes } = this.#options.stats;
    const startedMs = nodes && performance.now();
    const value = once ? await this.#evaluateOnce(expr, grid) : await this.#evaluateNode(expr, grid);
    if (startedMs !== undefined) nodes?.evaluated(expr, value, performance.now() - startedMs);
    budget.restore(heldBefore);
    budget.hold(pointsOf(value));
    if (this.clock.due) await this.clock.pause();
    return value;
  }

  async vector(expr: Expr, grid: Grid): Promise<Columns> {
    const value = await this.evaluate(expr, grid);
    assert(value.type === 'vector', 'the check lets only vectors through here');
    return value.columns;
  }

  async scalar(expr: Expr, grid: Grid): Promise<Float64Array> {
    const value = await this.evaluate(expr, grid);
    assert(value.type === 'scalar', 'the check lets only scalars through here');
    return value.values;
  }

  /** The text of a string argument. */
  text(expr: Expr): string {
    const literal = withoutParens(expr);
    assert(literal.type === 'string', 'the check lets only strings through here');
    return literal.value;
  }

  select(selector: VectorSelector, grid: Grid, sampleTimes: boolean): Promise<Columns> {
    return this.#collect(this.#selectedRows(selector, grid, sampleTimes), grid);
  }

  /** The series that a call of `info` takes labels from; values are the times of the samples, in seconds. */
  infoSeries(call: Call, grid: Grid): Promise<{ selector: VectorSelector; columns: Columns }> {
    const selector = this.#options.plan.infoSelectors.get(call) as VectorSelector;
    return this.select(selector, grid, true).then((columns) => ({ selector, columns }));
  }

  /** `what` is the name of the function. */
  async windows(fn: RangeFunction, expr: Expr, what: string, grid: Grid): Promise<Columns> {
    return this.#collect(await this.#windowRows(fn, expr, { params: [], what }, grid), grid);
  }

  /** The samples of a range vector at one evaluation time. */
  async rangeSource(expr: Expr, grid: Grid): Promise<{ source: SampleSource; reach: Reach }> {
    const range = withoutParens(expr);
    if (range.type === 'matrixSelector') {
      const { edges } = range.selector;
      const reach = selectorReach(range.selector, range.rangeMs, this.#options);
      const source = this.#fetched(range.selector);
      if (!edges) return { source, reach };
      const { lookbackMs } = this.#options;
      // The sample at the start of the window is to be seen, which a window itself does not include.
      const inner = reachOf(range.selector, range.rangeMs + 1, this.#options.times);
      return { source: withEdgeSamples(source, { grid, reach, edges, lookbackMs }), reach: inner };
    }
    assert(range.type === 'subquery', 'only these two give range vectors');
    const reach = reachOf(range, range.rangeMs, this.#options.times);
    return { source: await this.#subquery(range, grid, reach), reach };
  }

  warnOfQuantiles(span: Span, quantiles: Float64Array): void {
    const bad = quantiles.find((q) => !(q >= 0 && q <= 1));
    if (bad === undefined) return;
    this.annotations.warn(span, `quantile value should be between 0 and 1, got ${formatFloat(bad)}`);
  }

  #warnOfRatios(span: Span, ratios: Float64Array): void {
    for (const [isBad, bound] of [
      [(ratio: number) => ratio > 1, 1],
      [(ratio: number) => ratio < -1, -1],
    ] as const) {
      const bad = ratios.find(isBad);
      if (bad === undefined) continue;
      const message = `ratio value should be between -1 and 1, got ${formatFloat(bad)}, capping to ${bound}`;
      this.annotations.warn(span, message);
    }
  }

  /** The value of a step-invariant expression, at every step. */
  async #evaluateOnce(expr: Expr, grid: Grid): Promise<Value> {
    const counter = this.#counter;
    const once = counter && new SampleCounter(1);
    this.#counter = once;
    const value = await this.#evaluateNode(expr, { ...grid, stepMs: 0, steps: 1 });
    this.#counter = counter;
    if (once) counter?.addEverywhere(once.perStep[0]);
    return repeatStep(value, grid.steps, this.work);
  }

  async #evaluateNode(expr: Expr, grid: Grid): Promise<Value> {
    switch (expr.type) {
      case 'number':
        return { type: 'scalar', values: new Float64Array(grid.steps).fill(expr.value) };
      case 'string':
        return { type: 'string', value: expr.value };
      case 'paren':
        return this.evaluate(expr.expr, grid);
      case 'vectorSelector':
        return vectorOf(await this.select(expr, grid, false));
      case 'unary':
        return this.#unary(expr, grid);
      case 'binary':
        return evaluateBinary(this, expr, grid);
      case 'aggregate':
        return this.#aggregate(expr, grid);
      case 'call':
        return this.#call(expr, grid);
      default:
        assert(false, `${expr.type} has no value of its own`);
    }
  }

  async #unary(expr: Unary, grid: Grid): Promise<Value> {
    const value = await this.evaluate(expr.expr, grid);
    if (expr.op === '+' || value.type === 'string') return value;
    if (value.type === 'scalar') return { type: 'scalar', values: value.values.map((number) => -number) };
    await mapValues(value.columns, (number) => -number, this.clock);
    return vectorOf(await withoutMetricName(value.columns, this.work));
  }

  async #aggregate(expr: Aggregate, grid: Grid): Promise<Value> {
    if (expr.op === 'count_values') {
      const label = this.text(expr.param as Expr);
      const columns = await this.vector(expr.expr, grid);
      return vectorOf(await aggregate(expr, columns, { label, work: this.work }));
    }
    const param = expr.param && (await this.scalar(expr.param, grid));
    if (param && expr.op === 'quantile') this.warnOfQuantiles(expr.param as Expr, param);
    if (param && expr.op === 'limit_ratio') this.#warnOfRatios(expr.param as Expr, param);
    const { op } = expr;
    const rows = isAccumulated(op) ? await this.#rowsToAggregate(expr.expr, grid) : undefined;
    if (isAccumulated(op) && rows) {
      return vectorOf(await aggregateRows({ ...expr, op }, rows, { steps: grid.steps, work: this.work }));
    }
    const columns = await this.#columnsToAggregate(expr, grid);
    return vectorOf(await aggregate(expr, columns, { param, work: this.work }));
  }

  /**
   * Rows that are aggregated as they come, so that only the groups are held: those of selectors, and of functions
   * over them unless rows may get equal labels, which is an error to be found first.
   */
  async #rowsToAggregate(arg: Expr, grid: Grid): Promise<AggregableRows | undefined> {
    const expr = withoutParens(arg);
    if (expr.type === 'vectorSelector') {
      return { rows: this.#selectedRows(expr, grid, false), dropsName: false };
    }
    const implementation = expr.type === 'call' ? FUNCTIONS.get(expr.func)?.implementation : undefined;
    if (expr.type !== 'call' || implementation?.kind !== 'range') return undefined;
    const range = expr.args.map(withoutParens).find(({ type }) => type === 'matrixSelector');
    if (range?.type !== 'matrixSelector') return undefined;
    if (!implementation.keepsName && !this.#fetched(range.selector).sameName) return undefined;
    const rows = await this.#rangeRows(implementation, expr, grid);
    return {
      rows,
      dropsName: !implementation.keepsName,
      onFirst: (id) => {
        if (implementation.counter) this.#noteGauge(rows.source.labelValue(id, METRIC_NAME), range);
      },
    };
  }

  async #columnsToAggregate(expr: Aggregate, grid: Grid): Promise<Columns> {
    const columns = await this.vector(expr.expr, grid);
    if (columns.count < 2 || !needsOrder(expr)) return columns;
    const { labels, count } = columns;
    this.#options.budget.hold(count * grid.steps);
    const rows = await sortRows(count, (a, b) => labels.at(a).compare(labels.at(b)), this.clock);
    return pickRows(columns, rows, this.clock);
  }

  /** Rows of a selector: the latest sample of each step. */
  #selectedRows(selector: VectorSelector, grid: Grid, sampleTimes: boolean): Rows {
    const reach = selectorReach(selector, 0, this.#options);
    const source = this.#fetched(selector);
    const place = { grid, reach, counter: this.#counter, sampleTimes, what: 'a smoothed selector' };
    if (selector.edges === 'smoothed' && !sampleTimes) {
      const fn = smoothedInstant(this.#options.lookbackMs);
      return { source, feed: (sink) => evaluateWindows(source, fn, [], place, this.clock, sink) };
    }
    return { source, feed: (sink) => selectInstant(source, place, this.clock, sink) };
  }

  async #windowRows(
    fn: RangeFunction,
    expr: Expr,
    { params, what }: { params: readonly Float64Array[]; what: string },
    grid: Grid,
  ): Promise<Rows> {
    const range = withoutParens(expr);
    if (range.type === 'matrixSelector') {
      const reach = selectorReach(range.selector, range.rangeMs, this.#options);
      const source = this.#fetched(range.selector);
      const place = { grid, reach, counter: this.#counter, what };
      return { source, feed: (sink) => evaluateWindows(source, fn, params, place, this.clock, sink) };
    }
    assert(range.type === 'subquery', 'the check lets only range vectors through here');
    const reach = reachOf(range, range.rangeMs, this.#options.times);
    const source = await this.#subquery(range, grid, reach);
    const place = { grid, reach, counter: this.#counter, what };
    return { source, feed: (sink) => evaluateWindows(source, fn, params, place, this.clock, sink) };
  }

  #collect(rows: Rows, grid: Grid): Promise<Columns> {
    return collectRows(rows, grid.steps, this.work);
  }

  async #call(call: Call, grid: Grid): Promise<Value> {
    const definition = FUNCTIONS.get(call.func);
    assert(definition !== undefined, 'the check lets only known functions through');
    const { implementation } = definition;
    switch (implementation.kind) {
      case 'call':
        return implementation.evaluate(this, call, grid);
      case 'value':
        return vectorOf(await this.#valueFunction(implementation.apply, call, grid));
      case 'range':
        return vectorOf(await this.#rangeFunction(implementation, call, grid));
    }
  }

  async #valueFunction(
    apply: (value: number, params: readonly number[]) => number,
    call: Call,
    grid: Grid,
  ): Promise<Columns> {
    const columns = await this.vector(call.args[0], grid);
    const params: Float64Array[] = [];
    for (const arg of call.args.slice(1)) params.push(await this.scalar(arg, grid));
    const paramsByStep = Array.from({ length: grid.steps }, (_, step) => params.map((param) => param[step]));
    await mapValues(columns, (value, step) => apply(value, paramsByStep[step]), this.clock);
    return withoutMetricName(columns, this.work);
  }

  async #rangeFunction(implementation: RangeImplementation, call: Call, grid: Grid): Promise<Columns> {
    const columns = await this.#collect(await this.#rangeRows(implementation, call, grid), grid);
    if (implementation.counter) this.#noteGauges(columns, rangeArgument(call));
    return implementation.keepsName ? columns : withoutMetricName(columns, this.work);
  }

  async #rangeRows(implementation: RangeImplementation, call: Call, grid: Grid): Promise<Rows> {
    const range = rangeArgument(call);
    const params: Float64Array[] = [];
    for (const arg of call.args) if (arg !== range) params.push(await this.scalar(arg, grid));
    if (implementation.quantile) this.warnOfQuantiles(call.args[0], params[0]);
    const fn = this.#rangeFunctionOf(implementation, range);
    return this.#windowRows(fn, range, { params, what: call.func }, grid);
  }

  #rangeFunctionOf(implementation: RangeImplementation, arg: Expr): RangeFunction {
    const range = withoutParens(arg);
    const edges = range.type === 'matrixSelector' ? range.selector.edges : undefined;
    if (!edges) return implementation.fn;
    assert(implementation.extended !== undefined, 'the check lets no other function through here');
    return implementation.extended(edges, this.#options.lookbackMs);
  }

  #noteGauges(columns: Columns, span: Span): void {
    const rows = columns.labels.sameName ? Math.min(1, columns.count) : columns.count;
    for (let row = 0; row < rows; row++) {
      this.#noteGauge(columns.labels.value(row, METRIC_NAME), span);
    }
  }

  #noteGauge(name: string, span: Span): void {
    if (name === '' || COUNTER_NAME.test(name)) return;
    this.annotations.info(
      span,
      `metric might not be a counter, name does not end in _total/_sum/_count/_bucket: ${JSON.stringify(name)}`,
    );
  }

  async #subquery(expr: Subquery, outer: Grid, reach: Reach): Promise<SampleSource> {
    const grid = subqueryGrid(outer, reach, expr.stepMs || this.#options.subqueryStepMs);
    if (grid.steps === 0) return NO_SAMPLES;
    // Each step may become a point of every series: so many that one series is too much are refused at once.
    if (grid.steps > SUBQUERY_STEPS_MAX) {
      throw new TinyObsError(
        'query_too_many_samples',
        `a subquery of ${grid.steps} steps; at most ${SUBQUERY_STEPS_MAX} are taken`,
        { details: { limit: SUBQUERY_STEPS_MAX } },
      );
    }
    this.#options.budget.hold(grid.steps);
    // What counts is how often its points are looked at, not what they are made of.
    const counter = this.#counter;
    this.#counter = undefined;
    const columns = await this.vector(expr.expr, grid);
    this.#counter = counter;
    return sourceOfColumns(columns, grid, this.clock);
  }

  #fetched(selector: VectorSelector): SampleSource {
    const { samples, plan, stats } = this.#options;
    const source = samples.source(plan.fetches.get(selector) as Fetch);
    return stats.nodes?.reading(selector, source) ?? source;
  }
}

const NO_SAMPLES: SampleSource = {
  batches: async function* () {},
  labels: noLabels,
  labelValue: noLabels,
  distinct: true,
  sameName: true,
};

function noLabels(): never {
  assert(false, 'nothing was given an id');
}

function rangeArgument(call: Call): Expr {
  const { args } = FUNCTIONS.get(call.func) as FunctionDefinition;
  return call.args[args.indexOf('range vector')];
}
