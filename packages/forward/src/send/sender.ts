import { TinyObsError } from '@tinyobs/model';
import { type AddressGuard, HttpClient, type PostAnswer } from '@tinyobs/scrape';
import type { DestinationConfig } from '../config/destinationConfig.js';
import { retryAfterMs } from './retryDelay.js';

/** What became of a body: it was taken, will be tried again, or never will be. */
export type SendOutcome =
  | { readonly kind: 'sent' }
  | { readonly kind: 'refused'; readonly error: TinyObsError }
  | { readonly kind: 'failed'; readonly error: TinyObsError; readonly waitMs: number };

/** Says which TinyObs sends a request, so that one that sends to itself can tell. */
export const FORWARDED_BY_HEADER = 'X-TinyObs-Forwarded-By';

export interface SenderOptions {
  /** Of this TinyObs, and no other. */
  readonly instanceId: string;
  readonly guard: AddressGuard;
  readonly userAgent: string;
  readonly now: () => number;
}

/**
 * Sends bodies of remote write 1.0. As its specification has it, what a receiver answers 5xx, and 429 where it is
 * configured so, is tried again, all other refusals are final.
 *
 * Source: https://prometheus.io/docs/specs/prw/remote_write_spec/#retries-backoff
 */
export class Sender {
  readonly #config: DestinationConfig;
  readonly #options: SenderOptions;
  readonly #client: HttpClient;

  constructor(config: DestinationConfig, options: SenderOptions) {
    this.#config = config;
    this.#options = options;
    this.#client = new HttpClient(config.http, options.guard);
  }

  /** One attempt; ends as failed when the signal aborts. */
  async send(body: Uint8Array, signal: AbortSignal): Promise<SendOutcome> {
    const { url, headers, timeoutMs } = this.#config;
    try {
      const answer = await this.#client.post(url, body, {
        headers: {
          'User-Agent': this.#options.userAgent,
          ...headers,
          'Content-Type': 'application/x-protobuf',
          'Content-Encoding': 'snappy',
          'X-Prometheus-Remote-Write-Version': '0.1.0',
          [FORWARDED_BY_HEADER]: this.#options.instanceId,
        },
        timeoutMs,
        signal,
      });
      return this.#outcomeOf(answer);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const error = new TinyObsError('forward_unreachable', `${url}: ${reason}`, { cause });
      return { kind: 'failed', error, waitMs: 0 };
    }
  }

  close(): void {
    this.#client.close();
  }

  #outcomeOf({ status, retryAfter, text }: PostAnswer): SendOutcome {
    if (status >= 200 && status < 300) return { kind: 'sent' };
    const { url, queue } = this.#config;
    const message = `${url} answered ${status}${text === '' ? '' : `: ${text}`}`;
    const details = { status };
    if (status >= 500 || (status === 429 && queue.retriesTooManyRequests)) {
      const error = new TinyObsError('forward_unavailable', message, { details });
      return { kind: 'failed', error, waitMs: retryAfterMs(retryAfter, this.#options.now()) };
    }
    return { kind: 'refused', error: new TinyObsError('forward_refused', message, { details }) };
  }
}
