import { type Queryable, type RollupChoice, TinyObsError } from '@tinyobs/model';
import type { Expr } from './ast.js';
import { checkRangeQuery, typeOf } from './check/checkQuery.js';
import { Annotations } from './eval/annotations.js';
import { Evaluator } from './eval/evaluator.js';
import type { Grid, QueryTimes } from './eval/grid.js';
import { rollupsNote } from './eval/rollups.js';
import { type QueryMemory, type QueryProgress, SampleBudget } from './eval/sampleBudget.js';
import { FetchedSamples } from './eval/sampleSource.js';
import { StatsRecorder } from './eval/statsRecorder.js';
import { WorkClock } from './eval/workClock.js';
import {
  LOOKBACK_MS_DEFAULT,
  POINTS_PER_SERIES_MAX_DEFAULT,
  QUERY_DEPTH_MAX,
  QUERY_LENGTH_MAX,
  SAMPLES_MAX_DEFAULT,
  SERIES_MAX_DEFAULT,
  SLICE_MS_DEFAULT,
  SUBQUERY_STEP_MS_DEFAULT,
  TIMEOUT_MS_DEFAULT,
} from './limits.js';
import { ParsedQueries } from './parsedQueries.js';
import { parseQuerySteps } from './parseQuery.js';
import { finishSliced } from './parser/steps.js';
import { planQuery } from './plan/planQuery.js';
import { resolveDurations } from './plan/resolveDurations.js';
import { type StepReads, stepReads } from './plan/stepReads.js';
import type { QueryResult, QueryValue } from './result.js';
import { instantResult, rangeResult, rawSamplesResult, truncate } from './writeResult.js';

export interface EngineOptions {
  // Behaviour
  /** How far an instant selector looks back for a sample, ms; 300,000 when not given. */
  readonly lookbackMs?: number;
  /** Step of subqueries that name none, ms; 60,000 when not given. */
  readonly subqueryStepMs?: number;
  /** Takes functions and modifiers that Prometheus has behind feature flags, too; false when not given. */
  readonly experimental?: boolean;
  // Limits
  /** Longest text of a query, in UTF-16 units; 65,536 when not given. */
  readonly lengthMax?: number;
  /** Deepest nesting of a query, at most 1000, which it is when not given. */
  readonly depthMax?: number;
  /** Most points a query may hold at one moment (about 9 bytes each); 50 million when not given. */
  readonly samplesMax?: number;
  /** Most series a query may read, counted again for each selector; 1 million when not given. */
  readonly seriesMax?: number;
  /** Most steps between the first and the last evaluation time of a range query; 11,000 when not given. */
  readonly pointsMax?: number;
  /** Longest a query may take, ms; 120,000 when not given. */
  readonly timeoutMs?: number;
  // Performance
  /** Work between two turns of the event loop, ms; 4 when not given. More is quicker for the query alone. */
  readonly sliceMs?: number;
}

export interface QueryOptions {
  /** Stops the query with `query_canceled`. */
  readonly signal?: AbortSignal;
  /** In place of the engine's. */
  readonly lookbackMs?: number;
  /** In place of the engine's, when it is shorter. */
  readonly timeoutMs?: number;
  /** Most series in the result, others are cut off with a warning; 0 or nothing for all. */
  readonly limit?: number;
  /** Which rollups of a store may answer; see `SelectHints`. */
  readonly rollups?: RollupChoice;
  /** What this query takes from the memory that queries share; it goes on holding its result there. */
  readonly memory?: QueryMemory;
  /** Told while the query runs how far it is. */
  readonly progress?: QueryProgress;
  /** Adds `stats` to the result; counting samples costs a little. */
  readonly stats?: boolean;
}

/** A query that an engine has read. */
export interface ParsedQuery {
  readonly text: string;
  readonly expr: Expr;
}

/** The times of a range query: `startMs`, `startMs + stepMs` and so on up to `endMs`, which is included. */
export interface QueryRange {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

/** Evaluates PromQL with the semantics of Prometheus 3. It keeps nothing between queries but what it has parsed. */
export class Engine {
  #options: Required<EngineOptions>;
  #parsedQueries = new ParsedQueries();

  constructor(options: EngineOptions = {}) {
    this.#options = withDefaults(options);
  }

  /** Options for all that begins from now on; what is left out has its default again. */
  reconfigure(options: EngineOptions): void {
    this.#options = withDefaults(options);
    // What was read under other limits may not be taken now.
    this.#parsedQueries = new ParsedQueries();
  }

  /**
   * Reads a query, which can then be evaluated. Of the options, the signal and the timeout count.
   *
   * @throws TinyObsError as `parseQuery`, `query_canceled`, `query_timeout`
   */
  async parse(text: string, options: QueryOptions = {}): Promise<ParsedQuery> {
    const known = this.#parsedQueries.get(text);
    if (known) return { text, expr: known };
    const clock = this.#clock(options);
    try {
      return await this.#read(text, clock);
    } finally {
      clock.close();
    }
  }

  /** @throws TinyObsError `query_too_many_points`, `invalid_parameter`, as `range` */
  checkRange(range: QueryRange): void {
    this.#gridOf(range);
  }

  /**
   * What the query reads for each step of a range, by selector; undefined where its values depend on where the range
   * starts or ends, or on samples after a step. Values at a step are the same, bit for bit, whatever other steps are
   * asked for beside it, as long as there are any and what is read is the same.
   *
   * @throws TinyObsError as `range`
   */
  stepReads(
    { text, expr }: ParsedQuery,
    range: QueryRange,
    { lookbackMs = this.#options.lookbackMs }: QueryOptions = {},
  ): readonly StepReads[] | undefined {
    return stepReads(resolveDurations(text, expr, range), { times: range, lookbackMs });
  }

  /**
   * The value of a query at one time.
   *
   * @throws TinyObsError `query_parse`, `query_type`, `query_too_long`, `query_too_deep`, `query_execution`,
   * `query_needs_raw`, `query_too_many_samples`, `query_timeout`, `query_canceled`, and what the queryable throws.
   */
  async instant(
    queryable: Queryable,
    query: string | ParsedQuery,
    timeMs: number,
    options: QueryOptions = {},
  ): Promise<QueryResult> {
    const grid = { startMs: timeMs, stepMs: 0, steps: 1 };
    const times = { startMs: timeMs, endMs: timeMs, stepMs: 0 };
    return this.#run(queryable, query, { grid, times, isRangeQuery: false, options });
  }

  /**
   * The values of a query at each time of a range.
   *
   * @throws TinyObsError as `instant`, `query_too_many_points`, and `invalid_parameter` for a range that ends
   * before it starts or has no step.
   */
  async range(
    queryable: Queryable,
    query: string | ParsedQuery,
    range: QueryRange,
    options: QueryOptions = {},
  ): Promise<QueryResult> {
    const grid = this.#gridOf(range);
    return this.#run(queryable, query, { grid, times: range, isRangeQuery: true, options });
  }

  #clock({ signal, timeoutMs = this.#options.timeoutMs }: QueryOptions): WorkClock {
    const { sliceMs } = this.#options;
    return new WorkClock({ signal, timeoutMs: Math.min(timeoutMs, this.#options.timeoutMs), sliceMs });
  }

  async #read(text: string, clock: WorkClock): Promise<ParsedQuery> {
    const parsedQueries = this.#parsedQueries;
    const known = parsedQueries.get(text);
    const expr = known ?? (await finishSliced(parseQuerySteps(text, this.#options), clock));
    parsedQueries.keep(text, expr);
    return { text, expr };
  }

  #gridOf({ startMs, endMs, stepMs }: QueryRange): Grid {
    if (!(endMs >= startMs)) {
      throw new TinyObsError('invalid_parameter', 'end timestamp must not be before start time');
    }
    if (!(stepMs > 0)) {
      throw new TinyObsError(
        'invalid_parameter',
        'zero or negative query resolution step widths are not accepted. Try a positive integer',
      );
    }
    const steps = Math.floor((endMs - startMs) / stepMs) + 1;
    if (steps - 1 > this.#options.pointsMax) {
      const max = this.#options.pointsMax.toLocaleString('en-US');
      throw new TinyObsError(
        'query_too_many_points',
        `exceeded maximum resolution of ${max} points per timeseries. Try decreasing the query resolution (?step=XX)`,
      );
    }
    return { startMs, stepMs: steps > 1 ? stepMs : 0, steps };
  }

  async #run(
    queryable: Queryable,
    query: string | ParsedQuery,
    how: { grid: Grid; times: QueryTimes; isRangeQuery: boolean; options: QueryOptions },
  ): Promise<QueryResult> {
    const clock = this.#clock(how.options);
    try {
      const parsed = typeof query === 'string' ? await this.#read(query, clock) : query;
      if (how.isRangeQuery) checkRangeQuery(parsed.expr);
      return await this.#evaluate(queryable, parsed, { ...how, clock });
    } catch (error) {
      clock.check();
      throw error;
    } finally {
      clock.close();
    }
  }

  async #evaluate(
    queryable: Queryable,
    { text, expr: parsed }: ParsedQuery,
    how: { grid: Grid; times: QueryTimes; isRangeQuery: boolean; options: QueryOptions; clock: WorkClock },
  ): Promise<QueryResult> {
    const { grid, times, isRangeQuery, options, clock } = how;
    const expr = resolveDurations(text, parsed, times);
    const stats = new StatsRecorder(options.stats ? grid : undefined);
    const budget = new SampleBudget({ ...this.#options, memory: options.memory, progress: options.progress });
    const annotations = new Annotations(text);
    const { subqueryStepMs } = this.#options;
    const lookbackMs = options.lookbackMs ?? this.#options.lookbackMs;
    const plan = planQuery(expr, { grid, times, lookbackMs, subqueryStepMs, rollups: options.rollups });
    const samples = new FetchedSamples(queryable, budget, clock);
    const evaluator = new Evaluator({
      plan,
      samples,
      clock,
      budget,
      annotations,
      times,
      lookbackMs,
      subqueryStepMs,
      stats,
    });
    clock.check();
    await samples.prefetch(plan.fetches.values());
    stats.prepared();
    let value = await evaluateTop(evaluator, expr, { grid, isRangeQuery, stats });
    if (samples.rollups) annotations.infoOfResult(rollupsNote(samples.rollups));
    value = truncate(value, options.limit ?? 0, annotations);
    const { warnings, infos } = annotations;
    return {
      value,
      warnings,
      infos,
      samples: budget.samplesRead,
      fromRollups: samples.rollups !== undefined,
      stats: stats.finish(expr, budget.heldMost),
    };
  }
}

function withDefaults(options: EngineOptions): Required<EngineOptions> {
  return {
    lookbackMs: options.lookbackMs ?? LOOKBACK_MS_DEFAULT,
    subqueryStepMs: options.subqueryStepMs ?? SUBQUERY_STEP_MS_DEFAULT,
    experimental: options.experimental ?? false,
    lengthMax: options.lengthMax ?? QUERY_LENGTH_MAX,
    depthMax: options.depthMax ?? QUERY_DEPTH_MAX,
    samplesMax: options.samplesMax ?? SAMPLES_MAX_DEFAULT,
    seriesMax: options.seriesMax ?? SERIES_MAX_DEFAULT,
    pointsMax: options.pointsMax ?? POINTS_PER_SERIES_MAX_DEFAULT,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS_DEFAULT,
    sliceMs: options.sliceMs ?? SLICE_MS_DEFAULT,
  };
}

async function evaluateTop(
  evaluator: Evaluator,
  expr: Expr,
  { grid, isRangeQuery, stats }: { grid: Grid; isRangeQuery: boolean; stats: StatsRecorder },
): Promise<QueryValue> {
  if (typeOf(expr) === 'range vector') {
    const { source, reach } = await evaluator.rangeSource(expr, grid);
    const samples = await rawSamplesResult(source, grid, reach, evaluator.work);
    stats.counter?.addAt(0, samples.times.length);
    return samples;
  }
  const value = await evaluator.evaluate(expr, grid);
  stats.evaluated();
  return isRangeQuery ? rangeResult(value, grid, evaluator.work) : instantResult(value, grid, evaluator.work);
}
