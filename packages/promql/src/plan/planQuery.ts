import {
  type Matcher,
  METRIC_NAME,
  type RollupChoice,
  type SelectHints,
  type TimeRange,
} from '@tinyobs/model';
import { type AtModifier, type Call, childrenOf, type Expr, type VectorSelector } from '../ast.js';
import { extendReach, type Grid, type QueryTimes, type Reach, reachEnd, subqueryGrid } from '../eval/grid.js';
import { infoSelector } from '../functions/infoSelector.js';
import { FUNCTIONS } from '../functions/registry.js';

/** One read from the queryable, for all selectors that want the same. */
export interface Fetch {
  readonly matchers: readonly Matcher[];
  readonly range: TimeRange;
  readonly hints: SelectHints;
  /** How many selectors of the query read it. */
  readonly uses: number;
  /** The matchers let one metric name pass only. */
  readonly sameName: boolean;
}

export interface Plan {
  readonly fetches: ReadonlyMap<VectorSelector, Fetch>;
  /** What calls of `info` read besides their argument. */
  readonly infoSelectors: ReadonlyMap<Call, VectorSelector>;
  /** Expressions that have the same value at every step. */
  readonly invariant: ReadonlySet<Expr>;
}

export interface PlanOptions {
  /** The steps of the whole query. */
  readonly grid: Grid;
  readonly times: QueryTimes;
  readonly lookbackMs: number;
  readonly subqueryStepMs: number;
  /** See `SelectHints`. */
  readonly rollups?: RollupChoice;
}

/** Finds what a checked expression has to read, each thing once, and what need not be evaluated per step. */
export function planQuery(expr: Expr, options: PlanOptions): Plan {
  const planner = new Planner(options);
  planner.visit(expr, options.grid, { func: '' });
  const invariant = new Set<Expr>();
  markInvariant(expr, invariant);
  return { ...planner.finish(), invariant };
}

/** What a selector or subquery looks at, with `start()` and `end()` of the query filled in. */
export function reachOf(
  node: { readonly offsetMs: number; readonly at?: AtModifier },
  rangeMs: number,
  times: QueryTimes,
): Reach {
  const { offsetMs, at } = node;
  if (!at) return { rangeMs, offsetMs };
  if (at.kind === 'time') return { rangeMs, offsetMs, atMs: at.timeMs };
  return { rangeMs, offsetMs, atMs: at.kind === 'start' ? times.startMs : times.endMs };
}

/** What a selector looks at, the samples around its windows included; a range of 0 for an instant selector. */
export function selectorReach(
  selector: VectorSelector,
  rangeMs: number,
  { times, lookbackMs }: { times: QueryTimes; lookbackMs: number },
): Reach {
  const { edges } = selector;
  if (rangeMs === 0 && edges !== 'smoothed') return reachOf(selector, lookbackMs, times);
  return extendReach(reachOf(selector, rangeMs, times), edges, lookbackMs);
}

/** What stands right around a selector. */
interface Surroundings {
  readonly func: string;
  readonly grouping?: SelectHints['grouping'];
}

class Planner {
  readonly #options: PlanOptions;
  readonly #fetches = new Map<VectorSelector, Fetch>();
  readonly #infoSelectors = new Map<Call, VectorSelector>();

  constructor(options: PlanOptions) {
    this.#options = options;
  }

  visit(expr: Expr, grid: Grid, around: Surroundings): void {
    switch (expr.type) {
      case 'vectorSelector':
        this.#addFetch(expr, grid, 0, around);
        return;
      case 'matrixSelector':
        this.#addFetch(expr.selector, grid, expr.rangeMs, around);
        return;
      case 'subquery': {
        const reach = reachOf(expr, expr.rangeMs, this.#options.times);
        const inner = subqueryGrid(grid, reach, expr.stepMs || this.#options.subqueryStepMs);
        if (inner.steps > 0) this.visit(expr.expr, inner, { func: '' });
        return;
      }
      case 'call':
        if (expr.func === 'info') {
          this.visit(expr.args[0], grid, { func: '' });
          this.#addInfoFetch(expr, grid);
          return;
        }
        for (const arg of expr.args) this.visit(arg, grid, { func: expr.func });
        return;
      case 'aggregate': {
        const grouping = { by: !expr.without, labels: expr.grouping };
        if (expr.param) this.visit(expr.param, grid, { func: '' });
        this.visit(expr.expr, grid, { func: expr.op, grouping });
        return;
      }
      case 'paren':
        this.visit(expr.expr, grid, around);
        return;
      default:
        for (const child of childrenOf(expr)) this.visit(child, grid, { func: '' });
    }
  }

  /** One fetch per different read; hints that differ in what is done with the samples are dropped. */
  finish(): Omit<Plan, 'invariant'> {
    if (this.#fetches.size < 2) return { fetches: this.#fetches, infoSelectors: this.#infoSelectors };
    const shared = new Map<string, Fetch>();
    for (const fetch of this.#fetches.values()) {
      const key = fetchKey(fetch);
      const first = shared.get(key);
      shared.set(key, first ? combine(first, fetch) : fetch);
    }
    const fetches = new Map<VectorSelector, Fetch>();
    for (const [selector, fetch] of this.#fetches) {
      fetches.set(selector, shared.get(fetchKey(fetch)) as Fetch);
    }
    return { fetches, infoSelectors: this.#infoSelectors };
  }

  #addInfoFetch(call: Call, grid: Grid): void {
    const selector = infoSelector(call);
    this.#infoSelectors.set(call, selector);
    this.#addFetch(selector, grid, 0, { func: 'info' });
  }

  #addFetch(selector: VectorSelector, grid: Grid, rangeMs: number, around: Surroundings): void {
    const reach = selectorReach(selector, rangeMs, this.#options);
    const minMs = reachEnd(grid, 0, reach) - reach.rangeMs + 1;
    const maxMs = reachEnd(grid, grid.steps - 1, reach);
    const stepMs = grid.steps > 1 ? grid.stepMs : 0;
    this.#fetches.set(selector, {
      matchers: selector.matchers,
      range: { minMs, maxMs },
      hints: {
        stepMs,
        rangeMs,
        func: around.func,
        grouping: around.grouping,
        limit: 0,
        rollups: this.#options.rollups,
        latestOnly: rangeMs === 0 && !selector.edges && maxMs === reachEnd(grid, 0, reach),
      },
      uses: 1,
      sameName: selector.matchers.some(
        (matcher) => matcher.name === METRIC_NAME && matcher.alternatives?.length === 1,
      ),
    });
  }
}

function fetchKey(fetch: Fetch): string {
  const matchers = fetch.matchers.map(({ name, type, value }) => JSON.stringify([name, type, value]));
  const { minMs, maxMs } = fetch.range;
  const { stepMs, rangeMs, latestOnly } = fetch.hints;
  return `${minMs} ${maxMs} ${stepMs} ${rangeMs} ${latestOnly} ${matchers.sort().join(' ')}`;
}

function combine(first: Fetch, second: Fetch): Fetch {
  const same =
    first.hints.func === second.hints.func &&
    JSON.stringify(first.hints.grouping) === JSON.stringify(second.hints.grouping);
  const hints = same ? first.hints : { ...first.hints, func: '', grouping: undefined };
  return { ...first, hints, uses: first.uses + 1 };
}

function markInvariant(expr: Expr, invariant: Set<Expr>): boolean {
  let same = true;
  for (const child of childrenOf(expr)) if (!markInvariant(child, invariant)) same = false;
  if (expr.type === 'vectorSelector' || expr.type === 'subquery') same = expr.at !== undefined;
  if (expr.type === 'call' && FUNCTIONS.get(expr.func)?.dependsOnTime) same = false;
  if (same) invariant.add(expr);
  return same;
}
