import type { Counter } from './instruments/counter.js';
import type { Gauge } from './instruments/gauge.js';
import type { Registry } from './registry.js';
import type { MetricContext } from './series/seriesStore.js';

/** How a flush ended, as counted by `tinyobs_sdk_flushes_total`; `skipped`: the one before was still going. */
export const COUNTED_RESULTS = ['ok', 'partial', 'failed', 'skipped'] as const;

/** What the client says about itself, whether it pushes or is asked. */
export class OwnMetrics {
  readonly #registry: Registry;
  readonly #context: MetricContext;
  readonly #droppedSamples: Counter<'reason'>;
  readonly #overflow: Counter<'metric'>;
  readonly #callbackErrors: Counter<never>;
  readonly #series: Gauge<never>;

  /** Its series come first, before the app can use up the room there is for series. */
  constructor(registry: Registry, context: MetricContext) {
    this.#registry = registry;
    this.#context = context;
    this.#droppedSamples = registry.counter('tinyobs_sdk_dropped_samples_total', {
      help: 'Samples never stored, by reason',
      labelNames: ['reason'],
    });
    this.#overflow = registry.counter('tinyobs_sdk_overflow_total', {
      help: 'Samples counted together past a limit, by metric',
      labelNames: ['metric'],
    });
    this.#callbackErrors = registry.counter('tinyobs_sdk_callback_errors_total', {
      help: 'Errors of functions of the app',
    });
    this.#series = registry.gauge('tinyobs_sdk_series', { help: 'Label sets held' });
    for (const reason of ['delivery_failed', 'too_many_series']) this.#droppedSamples.inc({ reason }, 0);
    this.#callbackErrors.inc(0);
    this.#series.set(0);
  }

  /** Takes over what has come up since the last time, and tells `onDrop`. */
  update(): void {
    for (const { reason, count } of this.#context.reporter.takeDrops()) {
      this.#droppedSamples.inc({ reason }, count);
    }
    for (const store of this.#registry.stores()) {
      const count = store.takeOverflowed();
      if (count > 0) this.#overflow.inc({ metric: store.name }, count);
    }
    this.#callbackErrors.inc(this.#context.reporter.takeCallbackErrors());
    this.#series.set(this.#context.shared.seriesCount);
  }
}

/** What the client says about its pushes. All of it starts at zero. */
export interface DeliveryMetrics {
  readonly flushes: Counter<'result'>;
  readonly sentSamples: Counter<never>;
  readonly retries: Counter<never>;
  readonly denied: Counter<never>;
  readonly queuedSamples: Gauge<never>;
}

export function registerDeliveryMetrics(registry: Registry): DeliveryMetrics {
  const metrics: DeliveryMetrics = {
    flushes: registry.counter('tinyobs_sdk_flushes_total', {
      help: 'Flushes, by how they ended',
      labelNames: ['result'],
    }),
    sentSamples: registry.counter('tinyobs_sdk_sent_samples_total', {
      help: 'Samples that the server stored',
    }),
    retries: registry.counter('tinyobs_sdk_retries_total', {
      help: 'Batches sent again',
    }),
    denied: registry.counter('tinyobs_sdk_denied_total', {
      help: 'Batches turned away',
    }),
    queuedSamples: registry.gauge('tinyobs_sdk_queued_samples', {
      help: 'Samples that wait',
    }),
  };
  for (const result of COUNTED_RESULTS) metrics.flushes.inc({ result }, 0);
  for (const counter of [metrics.sentSamples, metrics.retries, metrics.denied]) counter.inc(0);
  metrics.queuedSamples.set(0);
  return metrics;
}
