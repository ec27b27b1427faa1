import { encodeRemoteWrite } from '@tinyobs/formats';
import { type MetricMetadata, type TinyObsError, WriteBatch } from '@tinyobs/model';
import type { DestinationConfig } from '../config/destinationConfig.js';
import type { Sender } from '../send/sender.js';
import type { Figures } from './figures.js';

export interface MetadataContext {
  readonly config: DestinationConfig;
  readonly sender: Sender;
  readonly figures: Figures;
  readonly signal: AbortSignal;
  readonly metadata: () => Promise<readonly MetricMetadata[]>;
  readonly onProblem: (error: unknown) => void;
}

/** Sends type, help and unit of all metrics once in a while. What fails waits for the next time. */
export class MetadataLoop {
  readonly #context: MetadataContext;
  readonly #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(context: MetadataContext) {
    this.#context = context;
    const { send, intervalMs } = context.config.metadata;
    if (send) this.#timer = setInterval(() => this.#begin(), intervalMs).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  /** One at a time: a slow receiver is asked again when it has answered. */
  #begin(): void {
    this.#running ??= this.#send()
      .catch(this.#context.onProblem)
      .finally(() => {
        this.#running = undefined;
      });
  }

  async #send(): Promise<void> {
    const { config, sender, figures, signal, metadata } = this.#context;
    const all = await metadata();
    const { perSend } = config.metadata;
    for (let at = 0; at < all.length; at += perSend) {
      const batch = new WriteBatch();
      batch.metadata.push(...all.slice(at, at + perSend));
      const outcome = await sender.send(encodeRemoteWrite(batch), signal);
      if (signal.aborted) return;
      if (outcome.kind !== 'sent') throw outcome.error satisfies TinyObsError;
      figures.metadataSent += batch.metadata.length;
    }
  }
}
