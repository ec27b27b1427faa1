import { DROP_REASONS_MAX, REPORTED_PROBLEMS_MAX } from './constants.js';

/** What can be wrong, as told to `onError`. A code is part of the public contract and is never renamed. */
export type ProblemCode =
  /** An option of `createClient` cannot be used; its default is. */
  | 'invalid_option'
  /** The endpoint is not an http(s) URL; nothing is sent. */
  | 'invalid_endpoint'
  | 'invalid_metric_name'
  /** The name is taken by a metric of another type or shape. */
  | 'name_in_use'
  | 'too_many_metrics'
  /** `removeMetric` took it out of use. */
  | 'metric_removed'
  | 'too_many_collectors'
  | 'invalid_buckets'
  | 'invalid_quantiles'
  | 'invalid_states'
  | 'invalid_exemplar'
  | 'invalid_label'
  | 'label_value_too_long'
  | 'too_many_labels'
  | 'invalid_value'
  | 'too_many_series'
  /** A function given by the app (a collector or a callback) threw or took too long. */
  | 'callback_failed'
  /** The server did not answer usably in all attempts of a flush. Told once per outage. */
  | 'delivery_failed'
  /**
   * The key or the address is wrong, or a proxy answers in the server's place (401, 403, 404, 405, 407, redirects).
   * Batches wait. Told once until one is delivered.
   */
  | 'delivery_denied'
  /** The spool cannot be written or read; batches wait in memory. Told once until it works again. */
  | 'spool_failed'
  /** A file of the spool does not hold any more what was written. */
  | 'spool_damaged'
  /** The server refused rows or a whole batch; the message holds its code and reason. */
  | 'server_refused'
  /** A mistake in the client itself; the flush is lost, the app is not disturbed. */
  | 'internal';

export interface Problem {
  readonly code: ProblemCode;
  /** One sentence for a developer: what is wrong and what to do. */
  readonly message: string;
  /** The metric concerned, where there is one. */
  readonly metric?: string;
  readonly cause?: unknown;
}

export interface Drop {
  /** A problem code, or the code with which the server refused the rows. */
  readonly reason: string;
  /** Samples dropped for this reason since the last report. */
  readonly count: number;
}

export interface ReporterCallbacks {
  readonly onError: (problem: Problem) => void;
  readonly onDrop: (drop: Drop) => void;
}

/** Collects what the client drops and tells the app, without ever letting the app's callbacks throw into it. */
export class Reporter {
  readonly #callbacks: ReporterCallbacks;
  readonly #told = new Set<string>();
  readonly #reasons = new Set<string>();
  readonly #pending = new Map<string, number>();
  #callbackErrors = 0;

  constructor(callbacks: ReporterCallbacks) {
    this.#callbacks = callbacks;
  }

  /** Tells a problem once for each code and subject, which is the metric unless said otherwise. */
  problem(problem: Problem, subject = problem.metric ?? ''): void {
    const key = `${problem.code} ${subject}`;
    if (this.#told.has(key) || this.#told.size >= REPORTED_PROBLEMS_MAX) return;
    this.#told.add(key);
    this.#guard(() => this.#callbacks.onError(problem));
  }

  /** Ends an outage: the next problem of this kind is news again. */
  over(code: 'delivery_failed' | 'delivery_denied' | 'spool_failed'): void {
    this.#told.delete(`${code} `);
  }

  /** Counts samples that will never be sent. Cheap: hot paths call it; `takeDrops` reports. */
  drop(reason: string, count = 1): void {
    if (count === 0) return;
    let known = reason;
    if (!this.#reasons.has(reason)) {
      if (this.#reasons.size >= DROP_REASONS_MAX) known = 'other';
      else this.#reasons.add(reason);
    }
    this.#pending.set(known, (this.#pending.get(known) ?? 0) + count);
  }

  /** Tells `onDrop` what was dropped since the last call, and returns it for the client's own counters. */
  takeDrops(): Drop[] {
    const drops = Array.from(this.#pending, ([reason, count]) => ({ reason, count }));
    this.#pending.clear();
    for (const drop of drops) this.#guard(() => this.#callbacks.onDrop(drop));
    return drops;
  }

  /** A function of the app failed: counts it, and tells the first time. */
  callbackFailed(message: string, cause: unknown, metric?: string): void {
    this.#callbackErrors++;
    this.problem({ code: 'callback_failed', message, cause, metric });
  }

  /** Calls one of the app's callbacks. What it throws is counted, and goes no further. */
  #guard(callback: () => void): void {
    try {
      callback();
    } catch {
      this.#callbackErrors++;
    }
  }

  /** Errors thrown by the app's callbacks since the last call. */
  takeCallbackErrors(): number {
    const count = this.#callbackErrors;
    this.#callbackErrors = 0;
    return count;
  }
}
