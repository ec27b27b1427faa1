import {
  BUCKETS_MAX,
  COLLECTORS_MAX,
  HELP_CHARS_MAX,
  LATENCY_BUCKETS,
  METRICS_MAX,
  NAME_CHARS_MAX,
} from './constants.js';
import { Counter } from './counter.js';
import { Gauge } from './gauge.js';
import { Histogram } from './histogram.js';
import { checkLabelName, quote } from './labels.js';
import type { MetricContext, MetricDefinition } from './metric.js';
import type { ProblemCode, Reporter } from './reporter.js';
import type { MetricType, Row } from './row.js';

export interface MetricOptions<Name extends string = string> {
  /** What the metric counts, shown in the dashboard. */
  readonly help?: string;
  /** The unit of the value, as a word: `seconds`, `bytes`. */
  readonly unit?: string;
  /** The labels its samples have. Left out, any label is taken. */
  readonly labelNames?: readonly Name[];
}

export interface HistogramOptions<Name extends string = string> extends MetricOptions<Name> {
  /** Finite upper bounds of the buckets, ascending, in the unit of the metric. Default: 5 ms to 10 s. */
  readonly buckets?: readonly number[];
}

interface Snapshots {
  snapshotInto(rows: Row[]): void;
}

interface Registration {
  readonly metric: Snapshots;
  /** Two registrations of one name are the same metric when their shapes are equal. */
  readonly shape: string;
}

interface Refusal {
  readonly code: ProblemCode;
  readonly message: string;
}

/** The metrics of one client, by name, and the functions that refresh them before a snapshot. */
export class Registry {
  readonly #context: MetricContext;
  readonly #metrics = new Map<string, Registration>();
  /** Every name that rows can have, with the metric it belongs to. */
  readonly #rowNames = new Map<string, string>();
  readonly #collectors = new Set<() => void>();

  constructor(options: Omit<MetricContext, 'liveSeries'>) {
    this.#context = { ...options, liveSeries: { count: 0 } };
  }

  get seriesCount(): number {
    return this.#context.liveSeries.count;
  }

  counter<Name extends string>(name: string, options: MetricOptions<Name> = {}): Counter<Name> {
    return this.#register('counter', { name, options, refusal: null }, (definition) => {
      return new Counter<Name>(this.#context, definition);
    });
  }

  gauge<Name extends string>(name: string, options: MetricOptions<Name> = {}): Gauge<Name> {
    return this.#register('gauge', { name, options, refusal: null }, (definition) => {
      return new Gauge<Name>(this.#context, definition);
    });
  }

  histogram<Name extends string>(name: string, options: HistogramOptions<Name> = {}): Histogram<Name> {
    const buckets = options?.buckets ?? LATENCY_BUCKETS;
    const refusal = checkBuckets(buckets);
    const bounds = refusal === null ? [...buckets] : [];
    return this.#register('histogram', { name, options, bounds, refusal }, (definition) => {
      return new Histogram<Name>(this.#context, definition, bounds);
    });
  }

  /** @returns a function that takes the collector away again. */
  onCollect(collect: () => void): () => void {
    if (typeof collect !== 'function' || this.#collectors.size >= COLLECTORS_MAX) {
      const message = `onCollect takes a function, and at most ${COLLECTORS_MAX} of them`;
      this.#reporter.problem({ code: 'too_many_collectors', message });
      return () => {};
    }
    this.#collectors.add(collect);
    return () => void this.#collectors.delete(collect);
  }

  /** Refreshes collected metrics and returns one row for every live sample, a metric's rows together. */
  snapshot(): Row[] {
    for (const collect of this.#collectors) {
      const failure = this.#reporter.guard(collect);
      if (failure === null) continue;
      const message = 'a function given to onCollect threw; its metrics keep their last values';
      this.#reporter.problem({ code: 'callback_failed', message, cause: failure.cause });
    }
    const rows: Row[] = [];
    for (const { metric } of this.#metrics.values()) metric.snapshotInto(rows);
    return rows;
  }

  get #reporter(): Reporter {
    return this.#context.reporter;
  }

  #register<M extends Snapshots>(
    type: MetricType,
    request: { name: string; options: MetricOptions; bounds?: readonly number[]; refusal: Refusal | null },
    create: (definition: MetricDefinition) => M,
  ): M {
    const { name, bounds } = request;
    const options = request.options ?? {};
    const reserved = new Set(Object.keys(this.#context.clientLabels));
    if (type === 'histogram') reserved.add('le');
    const shape = JSON.stringify([type, options.labelNames ?? null, bounds ?? null]);

    const known = this.#metrics.get(name);
    if (known !== undefined && known.shape === shape) return known.metric as M;
    const refusal =
      request.refusal ??
      checkName(name) ??
      this.#checkFree(name, type) ??
      checkNames(options.labelNames, reserved);
    if (refusal !== null) {
      const message = `${quote(name)}: ${refusal.message}; its samples are dropped`;
      this.#reporter.problem({ code: refusal.code, message, metric: String(name).slice(0, NAME_CHARS_MAX) });
      return create({ family: { name: 'refused', type }, reserved, refusal: refusal.code });
    }
    const metric = create({
      family: {
        name,
        type,
        help: this.#metadata(name, options.help),
        unit: this.#metadata(name, options.unit),
      },
      reserved,
      declared: options.labelNames === undefined ? undefined : new Set(options.labelNames),
    });
    this.#metrics.set(name, { metric, shape });
    for (const rowName of rowNames(name, type)) this.#rowNames.set(rowName, name);
    return metric;
  }

  /** A histogram `a` and a counter `a_count` would write the same series, so row names are checked too. */
  #checkFree(name: string, type: MetricType): Refusal | null {
    if (this.#metrics.size >= METRICS_MAX) {
      return { code: 'too_many_metrics', message: `a client holds at most ${METRICS_MAX} metrics` };
    }
    for (const rowName of [name, ...rowNames(name, type)]) {
      const owner = this.#rowNames.get(rowName);
      if (owner === undefined) continue;
      const message = `the name is taken by the metric ${quote(owner)}, which has another type, labels or buckets`;
      return { code: 'name_in_use', message };
    }
    return null;
  }

  /** Metadata never stands in the way of a sample: what is not text of a sensible length is left out. */
  #metadata(metric: string, text: unknown): string | undefined {
    if (text === undefined || text === '') return undefined;
    if (typeof text === 'string' && text.length <= HELP_CHARS_MAX) return text;
    const message = `${metric}: help and unit are texts of at most ${HELP_CHARS_MAX} characters; left out`;
    this.#reporter.problem({ code: 'invalid_option', message, metric });
    return undefined;
  }
}

function rowNames(name: string, type: MetricType): string[] {
  return type === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
}

function checkName(name: unknown): Refusal | null {
  const valid =
    typeof name === 'string' && name.length <= NAME_CHARS_MAX && /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name);
  return valid
    ? null
    : { code: 'invalid_metric_name', message: 'a metric name has letters, digits, _ and : only' };
}

function checkNames(
  labelNames: readonly string[] | undefined,
  reserved: ReadonlySet<string>,
): Refusal | null {
  if (labelNames === undefined) return null;
  if (!Array.isArray(labelNames))
    return { code: 'invalid_label', message: 'labelNames is an array of names' };
  for (const name of labelNames) {
    const refusal = checkLabelName(name, reserved);
    if (refusal !== null) return refusal;
  }
  return null;
}

function checkBuckets(buckets: unknown): Refusal | null {
  const ascending =
    Array.isArray(buckets) &&
    buckets.length <= BUCKETS_MAX &&
    buckets.every((bound, i) => Number.isFinite(bound) && (i === 0 || bound > buckets[i - 1]));
  if (ascending) return null;
  return { code: 'invalid_buckets', message: `buckets are at most ${BUCKETS_MAX} finite numbers, ascending` };
}
