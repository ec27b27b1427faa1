import { DATA_SECONDS, DATA_START_S } from './promqlDifferentialData.js';

/** A query as it is asked of both; an instant query has no step. */
export interface GeneratedQuery {
  readonly text: string;
  /** Seconds since the epoch. */
  readonly startS: number;
  readonly endS: number;
  readonly stepS: number | undefined;
}

/**
 * Subqueries are evaluated at whole tens of seconds. Queries are evaluated elsewhere, so that no window has a
 * sample on its left border: 2.42 took that in, 3 leaves it out.
 */
const OFF_GRID_S = 7;

/** Metrics by the labels they have. */
const BY_JOB = ['queue_length', 'workers', 'constant', 'wild', 'requests_total', 'restarts_total'];
const BY_OTHERS = ['temperature', 'flappy', 'single', 'build_info', 'latency_seconds_bucket', 'nothing'];
const COUNTERS = ['requests_total', 'restarts_total', 'latency_seconds_bucket'];
const JOB_MATCHERS = [
  '',
  '',
  '{job="api"}',
  '{job!="api"}',
  '{instance=~"a.*"}',
  '{instance!~"b:.|c:3"}',
  '{job=~"api|web",instance!="a:1"}',
  '{job=~"(?i)WEB"}',
  '{nothing="",job!=""}',
];
const PLACE_MATCHERS = [
  '',
  '',
  '{place=~"Küche|🏠"}',
  '{place!="房间"}',
  '{place=~".*\\\\.*|.{2}"}',
  '{job="none"}',
];
const GROUPINGS = [
  '',
  '',
  'by (job) ',
  'by (instance) ',
  'without (instance) ',
  'by (job, place) ',
  'without () ',
];
const DURATIONS = ['1m', '90s', '2m', '5m', '10m', '20m'];
const STEPS = ['10s', '20s', '30s', '1m', ''];

/** Makes valid queries of all kinds, nested a few levels deep. */
export class QueryGenerator {
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  next(): GeneratedQuery {
    const text = this.#choose<string>([
      [90, () => this.#vector(3)],
      [5, () => this.#scalar(2)],
      [1, () => `${this.#pick(['rate', 'increase'])}(fresh_total[${this.#pick(DURATIONS)}])`],
      [1, () => `${this.#pick(['stddev', 'stdvar'])} by (job) (wild)`],
    ]);
    const startS = DATA_START_S + 10 * this.#int(30, DATA_SECONDS / 10 + 10) + OFF_GRID_S;
    if (this.#chance(0.5)) return { text, startS, endS: startS, stepS: undefined };
    const stepS = this.#pick([10, 20, 30, 60, 130]);
    return { text, startS, endS: startS + stepS * this.#int(1, 30) + this.#pick([0, 0, 5]), stepS };
  }

  #vector(depth: number): string {
    if (depth <= 0) return this.#selector();
    const smaller = () => this.#vector(depth - 1 - this.#int(0, 1.5));
    return this.#choose<string>([
      [2, () => this.#selector()],
      [7, () => this.#overRange(depth)],
      [3, () => `${this.#pick(SMOOTH_FUNCTIONS)}(${smaller()})`],
      [2, () => this.#stepped()],
      [5, () => this.#aggregate(depth)],
      [3, () => `(${smaller()} ${this.#pick(ARITHMETIC)} ${this.#operand(depth)})`],
      [1, () => `(${this.#operand(depth)} ${this.#pick(ARITHMETIC)} ${smaller()})`],
      [
        2,
        () => `(${smaller()} ${this.#pick(COMPARISONS)} ${this.#pick(['', 'bool '])}${this.#operand(depth)})`,
      ],
      [3, () => this.#matched(depth)],
      [2, () => `(${smaller()} ${this.#pick(SETS)} ${this.#pick(ON)}${smaller()})`],
      [2, () => this.#histogramQuantile()],
      [1, () => this.#relabeled(depth)],
      [1, () => `clamp(${smaller()}, ${this.#number()}, ${this.#number()})`],
      [1, () => `${this.#pick(['clamp_min', 'clamp_max'])}(${smaller()}, ${this.#number()})`],
      [1, () => `absent(${smaller()})`],
      [1, () => `timestamp(${this.#chance(0.5) ? this.#selector() : smaller()})`],
      [1, () => `vector(${this.#scalar(depth - 1)})`],
      [1, () => `-${this.#selector()}`],
      [1, () => `${this.#pick(DATES)}(${this.#pick(['', 'requests_total * 86400', 'temperature * 1e8'])})`],
      [0.5, () => `sort(${smaller()})`],
    ]);
  }

  /** Functions that jump: only over values that are the same to the last bit. */
  #stepped(): string {
    const of = this.#selector();
    return this.#choose<string>([
      [3, () => `${this.#pick(['ceil', 'floor', 'sgn', 'round'])}(${of})`],
      [1, () => `round(${of}, ${this.#pick(['0.5', '10', '-3', '0', 'Inf', 'NaN'])})`],
      [1, () => `(${of} % ${this.#pick(['7', '-2.5', '0', 'Inf', 'NaN'])})`],
    ]);
  }

  #selector(): string {
    const [metrics, matchers] = this.#chance(0.75) ? [BY_JOB, JOB_MATCHERS] : [BY_OTHERS, PLACE_MATCHERS];
    return `${this.#pick(metrics)}${this.#pick(matchers)}${this.#modifier()}`;
  }

  #modifier(): string {
    const at = () => `@ ${DATA_START_S + 10 * this.#int(20, 340) + OFF_GRID_S}`;
    return this.#choose<string>([
      [8, () => ''],
      [1, () => ` offset ${this.#pick(['10s', '1m', '5m', '-1m', '-30s'])}`],
      [0.5, () => ` ${at()}`],
      [0.3, () => ` ${at()} offset 20s`],
      [0.3, () => ` @ ${this.#pick(['start()', 'end()'])}`],
    ]);
  }

  #overRange(depth: number): string {
    return this.#choose<string>([
      [4, () => `${this.#pick(['rate', 'increase'])}(${this.#counterRange()})`],
      [10, () => `${this.#pick(RANGE_FUNCTIONS)}(${this.#range(depth)})`],
      [1, () => `quantile_over_time(${this.#number()}, ${this.#range(depth)})`],
      [1, () => `predict_linear(${this.#range(depth)}, ${this.#pick(['60', '-30.5', '3600'])})`],
      [1, () => `absent_over_time(${this.#range(depth)})`],
    ]);
  }

  #counterRange(): string {
    const counter = `${this.#pick(COUNTERS)}${this.#pick(JOB_MATCHERS)}`;
    const duration = this.#pick(DURATIONS);
    if (this.#chance(0.8)) return `${counter}[${duration}]${this.#modifier()}`;
    return `(${counter})[${duration}:${this.#pick(STEPS)}]${this.#modifier()}`;
  }

  #range(depth: number): string {
    if (depth < 2 || this.#chance(0.7)) {
      const [metrics, matchers] = this.#chance(0.75) ? [BY_JOB, JOB_MATCHERS] : [BY_OTHERS, PLACE_MATCHERS];
      return `${this.#pick(metrics)}${this.#pick(matchers)}[${this.#pick(DURATIONS)}]${this.#modifier()}`;
    }
    // No subquery within: its windows would begin on the points of this one.
    const inner = this.#choose<string>([
      [2, () => this.#selector()],
      [2, () => `rate(${this.#pick(COUNTERS)}[90s])`],
      [1, () => `sum by (job) (${this.#selector()})`],
      [1, () => `(${this.#selector()} * 2)`],
      [1, () => `(${this.#selector()} > ${this.#number()})`],
    ]);
    return `(${inner})[${this.#pick(DURATIONS)}:${this.#pick(STEPS)}]${this.#modifier()}`;
  }

  #aggregate(depth: number): string {
    const grouping = this.#pick(GROUPINGS);
    const of = () => this.#vector(depth - 1);
    // Equal values would leave it open which of them are the greatest.
    const distinct = this.#pick([
      'queue_length',
      'temperature',
      'queue_length{job="api"}',
      'temperature{place!=""}',
    ]);
    return this.#choose<string>([
      [8, () => `${this.#pick(AGGREGATES)} ${grouping}(${of()})`],
      [2, () => `${this.#pick(['stddev', 'stdvar'])} ${grouping}(${this.#pick(FINITE)})`],
      [
        2,
        () =>
          `${this.#pick(['topk', 'bottomk'])} ${grouping}(${this.#pick(['1', '2', '5', '0'])}, ${distinct})`,
      ],
      [1, () => `quantile ${grouping}(${this.#number()}, ${of()})`],
      [1, () => `count_values ${grouping}("value", ${this.#selector()})`],
    ]);
  }

  #matched(depth: number): string {
    const [many, one] = this.#pick([
      ['requests_total', 'queue_length'],
      ['requests_total', 'workers'],
      ['rate(requests_total[2m])', 'sum by (job, instance) (rate(requests_total[2m]))'],
      ['restarts_total', 'queue_length'],
      ['queue_length', 'build_info'],
      ['latency_seconds_bucket', 'build_info'],
    ]);
    const op = this.#pick([...ARITHMETIC, ...COMPARISONS, '> bool ']);
    const include = this.#pick(['', '(version)', '(nothing)']);
    const on = this.#pick([
      'on (job, instance) ',
      'ignoring (code) ',
      'on (job) ',
      'ignoring (code, version, le, instance) ',
    ]);
    return this.#choose<string>([
      [2, () => `(${many} ${op} ${on}group_left ${include}${one})`],
      [2, () => `(${one} ${op} ${on}group_right ${include}${many})`],
      [2, () => `(${this.#vector(depth - 2)} ${op} ${this.#pick(ON)}${this.#vector(depth - 2)})`],
      [1, () => `(${many} ${op} ${on}${one})`],
    ]);
  }

  #histogramQuantile(): string {
    const buckets = this.#pick([
      'latency_seconds_bucket',
      'rate(latency_seconds_bucket[2m])',
      'sum by (le) (rate(latency_seconds_bucket[5m]))',
      'sum by (le, job) (increase(latency_seconds_bucket[90s]))',
    ]);
    return `histogram_quantile(${this.#pick(['0.5', '0.9', '0.99', '0', '1', '-1', '2', 'NaN'])}, ${buckets})`;
  }

  #relabeled(depth: number): string {
    const of = this.#vector(depth - 1);
    return this.#pick([
      `label_replace(${of}, "to", "$1-x", "job", "(.*)")`,
      `label_replace(${of}, "place", "\${first}", "place", "(?P<first>.).*")`,
      `label_replace(${of}, "code", "", "code", "5..")`,
      `label_join(${of}, "to", "/", "job", "instance", "none")`,
    ]);
  }

  #operand(depth: number): string {
    return this.#chance(0.7) ? this.#number() : `(${this.#scalar(depth - 1)})`;
  }

  #scalar(depth: number): string {
    return this.#choose<string>([
      [3, () => this.#number()],
      [1, () => 'time()'],
      [1, () => `scalar(${this.#vector(Math.min(1, Math.max(0, depth - 1)))})`],
      [
        1,
        () =>
          depth <= 0 ? 'pi()' : `(${this.#scalar(depth - 1)} ${this.#pick(ARITHMETIC)} ${this.#number()})`,
      ],
      [0.5, () => `(${this.#number()} ${this.#pick(COMPARISONS)} bool time())`],
    ]);
  }

  #number(): string {
    return this.#pick([
      '0',
      '1',
      '2',
      '-1',
      '0.5',
      '0.9',
      '100',
      '-7.25',
      '1e3',
      'Inf',
      '-Inf',
      'NaN',
      '3',
      '20',
    ]);
  }

  #choose<T>(weighted: readonly (readonly [weight: number, make: () => T])[]): T {
    let left = this.#random() * weighted.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, make] of weighted) {
      left -= weight;
      if (left < 0) return make();
    }
    return weighted[0][1]();
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)];
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #int(from: number, to: number): number {
    return Math.floor(from + this.#random() * (to - from));
  }
}

const ARITHMETIC = ['+', '-', '*', '/', '+', '-', '*', '/', 'atan2'];
const COMPARISONS = ['==', '!=', '>', '<', '>=', '<='];
const SETS = ['and', 'or', 'unless'];
const ON = ['', '', 'on (job) ', 'on (job, instance) ', 'ignoring (code, place) ', 'on () '];
const AGGREGATES = ['sum', 'avg', 'min', 'max', 'count', 'group'];
const FINITE = ['queue_length', 'temperature', 'rate(requests_total[2m])', 'workers offset 1m', 'flappy'];
const SMOOTH_FUNCTIONS = 'abs sqrt exp ln log2 log10 deg rad atan tanh abs'.split(' ');
const DATES = 'minute hour day_of_week day_of_month day_of_year days_in_month month year'.split(' ');
const RANGE_FUNCTIONS = (
  'irate delta idelta deriv changes resets avg_over_time sum_over_time min_over_time max_over_time ' +
  'count_over_time stddev_over_time stdvar_over_time last_over_time present_over_time'
).split(' ');
