import { WriteBatch } from '@tinyobs/model';
import type { Registry } from 'prom-client';
import { type WriteContext, writeSamples } from '../ingest/writeSamples.js';
import type { Log } from '../log.js';
import { inSpan } from '../tracing/spans.js';
import { collectOwn } from './ownSamples.js';

export interface SelfMonitoringOptions {
  readonly intervalMs: number;
  /** Value of the label `instance`. */
  readonly instance: string;
  readonly context: WriteContext;
  readonly log: Log;
}

/** Writes the own metrics, and overflow series, into the own store, at once and then at every interval. */
export class SelfMonitoring {
  readonly #options: SelfMonitoringOptions;
  readonly #timer: NodeJS.Timeout;
  #writing: Promise<void> = Promise.resolve();
  #busy = false;
  /** Exemplars from before are in the store. */
  #writtenMs = Number.NEGATIVE_INFINITY;

  constructor(options: SelfMonitoringOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), options.intervalMs).unref();
    this.#tick();
  }

  /** Stops, after a write under way is done. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
  }

  /** A store that is slow gets the next samples at the next interval, never two writes at a time. */
  #tick(): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#writing = inSpan('tinyobs.self_monitoring', () => this.#write(), { root: true })
      .catch((error: unknown) => {
        this.#options.context.metrics.selfScrapeFailures.inc();
        this.#options.log.warn({ err: error }, 'own metrics could not be stored');
      })
      .finally(() => {
        this.#busy = false;
      });
  }

  async #write(): Promise<void> {
    const { context, instance } = this.#options;
    const nowMs = context.now();
    const batch = await collect(context.metrics.registry, {
      instance,
      timeMs: nowMs,
      exemplarsFromMs: this.#writtenMs,
    });
    await writeSamples(batch, { protocol: 'self' }, context);
    this.#writtenMs = nowMs;
    const { overflow, limits } = context;
    if (!limits.overflowSeries || overflow.isEmpty) return;
    await writeSamples(overflow.toBatch(context.now()), { protocol: 'self', isExempt: true }, context);
  }
}

interface Collection {
  readonly instance: string;
  readonly timeMs: number;
  /** Exemplars from before have been collected already. */
  readonly exemplarsFromMs: number;
}

async function collect(
  registry: Registry,
  { instance, timeMs, exemplarsFromMs }: Collection,
): Promise<WriteBatch> {
  const batch = new WriteBatch();
  const { metadata, samples } = await collectOwn(registry);
  batch.metadata.push(...metadata);
  for (const { labels, value, exemplar } of samples) {
    const series = batch.addSeries(labels.with('job', 'tinyobs').with('instance', instance));
    batch.addSample(series, timeMs, value, batch.sampleCount);
    if (exemplar?.timeMs === undefined || exemplar.timeMs < exemplarsFromMs) continue;
    batch.exemplars.push({ ...exemplar, series, timeMs: exemplar.timeMs });
  }
  return batch;
}
