import type { Counter } from './counter.js';
import type { Gauge } from './gauge.js';
import type { Registry } from './registry.js';

/** How a flush ended, as counted by `tinyobs_sdk_flushes_total`; `skipped`: the one before was still going. */
export const COUNTED_RESULTS = ['ok', 'partial', 'failed', 'skipped'] as const;

export interface HealthMetrics {
  readonly flushes: Counter<'result'>;
  readonly sentSamples: Counter<never>;
  readonly droppedSamples: Counter<'reason'>;
  readonly retries: Counter<never>;
  readonly callbackErrors: Counter<never>;
  readonly series: Gauge<never>;
}

/**
 * What the client says about itself, pushed with everything else. All of it starts at zero, and so has its series
 * before the app can use up the room there is for series.
 */
export function registerHealthMetrics(registry: Registry): HealthMetrics {
  const health: HealthMetrics = {
    flushes: registry.counter('tinyobs_sdk_flushes_total', {
      help: 'Flushes of the client, by how they ended',
      labelNames: ['result'],
    }),
    sentSamples: registry.counter('tinyobs_sdk_sent_samples_total', {
      help: 'Samples that the server stored',
    }),
    droppedSamples: registry.counter('tinyobs_sdk_dropped_samples_total', {
      help: 'Samples that were never stored, by reason',
      labelNames: ['reason'],
    }),
    retries: registry.counter('tinyobs_sdk_retries_total', {
      help: 'Batches sent again after a failed attempt',
    }),
    callbackErrors: registry.counter('tinyobs_sdk_callback_errors_total', {
      help: 'Errors thrown by collectors and callbacks of the app',
    }),
    series: registry.gauge('tinyobs_sdk_series', { help: 'Label sets the client holds' }),
  };
  for (const result of COUNTED_RESULTS) health.flushes.inc({ result }, 0);
  health.series.set(0);
  for (const reason of ['delivery_failed', 'too_many_series']) health.droppedSamples.inc({ reason }, 0);
  for (const counter of [health.sentSamples, health.retries, health.callbackErrors]) counter.inc(0);
  return health;
}
