import type { Clock } from '../clock.js';
import type { OwnMetrics } from '../health.js';
import type { Registry } from '../registry.js';
import type { MetricContext } from '../series/seriesStore.js';
import type { MetricSnapshot, Snapshot } from './snapshot.js';

export interface SnapshotsOptions {
  readonly registry: Registry;
  readonly own: OwnMetrics;
  readonly context: MetricContext;
  readonly clock: Clock;
}

/**
 * Takes the state of a registry. What it keeps:
 * - A snapshot is the state of one moment, however long it takes to send.
 * - The timestamps of pushes grow by 2 ms or more, so that between two there is room for a zero sample.
 * - A series that counts up is preceded by a zero sample in every push until one that has it is settled. Its time
 *   is always the same: a later one would be a second beginning, should the server have had the first.
 */
export class Snapshots {
  readonly #options: SnapshotsOptions;
  #previousMs = Number.NEGATIVE_INFINITY;
  #settledEpoch = 0;

  constructor(options: SnapshotsOptions) {
    this.#options = options;
  }

  /**
   * The state of now, for a push: with the ends of series and the zero samples before the first. The end of a client
   * is that of all series.
   */
  async toPush({ isEnd }: { isEnd: boolean }): Promise<Snapshot> {
    if (!isEnd) await this.#collect();
    const { registry, context } = this.#options;
    const timestampMs = this.#nextTimestampMs();
    const epoch = context.shared.epoch++;
    const times = {
      timestampMs,
      previousMs: this.#previousMs,
      epoch,
      settledEpoch: this.#settledEpoch,
      isEnd,
    };
    this.#previousMs = timestampMs;
    const metrics = registry.stores().map((store) => store.snapshot(times));
    registry.forgetEnded();
    const settle = () => {
      this.#settledEpoch = Math.max(this.#settledEpoch, epoch);
    };
    const rowCount = metrics.reduce((sum, metric) => sum + metric.rowCount, 0);
    return { timestampMs, metrics, rowCount, settle };
  }

  /** The state of now, for whoever asks. */
  async toShow(): Promise<readonly MetricSnapshot[]> {
    await this.#collect();
    return this.#options.registry.stores().map((store) => store.snapshot(null));
  }

  async #collect(): Promise<void> {
    const { registry, own, context } = this.#options;
    context.trace.look();
    const pending = registry.collect();
    if (pending !== undefined) await pending;
    own.update();
  }

  /** Two pushes never share a timestamp, or the second would overwrite the first; a clock set back is followed. */
  #nextTimestampMs(): number {
    const nowMs = this.#options.clock.nowMs();
    const isSetBack = this.#previousMs - nowMs > 1_000;
    return isSetBack ? nowMs : Math.max(nowMs, this.#previousMs + 2);
  }
}
