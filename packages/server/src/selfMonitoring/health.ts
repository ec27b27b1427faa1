import { formatDuration } from '@tinyobs/model';
import type { Store } from '@tinyobs/storage';
import type { EventLoop } from './eventLoop.js';

/** Below so many times `storage.minFreeBytes` of free space somebody should look at the disk. */
const FREE_LOW_FACTOR = 4;
/** An append that has waited so long for room is turned away when it has waited four times as long, ms. */
const PENDING_MS_HIGH = 500;
/** Requests are served late by as much as this, seconds. */
const DELAY_SECONDS_HIGH = 0.1;

/** In the order of how bad they are. */
export const CHECK_STATUSES = ['ok', 'degraded', 'failing'] as const;
export type CheckStatus = (typeof CHECK_STATUSES)[number];

export interface Check {
  readonly status: CheckStatus;
  /** What is wrong and what to do; absent when nothing is. */
  readonly reason?: string;
  /** RFC 3339, where it is known. */
  readonly since?: string;
}

/** `lifecycle`: is TinyObs up or closing; `heads`: do writes wait for room in memory. */
export type CheckName = 'lifecycle' | 'storage' | 'disk' | 'heads' | 'eventLoop';

/** The worst status of all checks, and each of them. */
export interface HealthReport {
  readonly status: CheckStatus;
  readonly checks: Readonly<Partial<Record<CheckName, Check>>>;
}

export interface HealthOptions {
  readonly store: Pick<Store, 'refusal' | 'freeDiskBytes' | 'stats'>;
  readonly eventLoop: Pick<EventLoop, 'delay'>;
  /** Free space on the disk below which the store refuses writes, as it is when a report is made. */
  readonly minFreeBytes: number;
}

const OK: Check = { status: 'ok' };

/** What TinyObs says of itself to probes. A report reads what is known already: nothing is measured for it. */
export class Health {
  readonly #options: HealthOptions;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  report(): HealthReport {
    const checks = {
      lifecycle: OK,
      storage: this.#storage(),
      disk: this.#disk(),
      heads: this.#heads(),
      eventLoop: this.#eventLoop(),
    };
    const worst = Math.max(...Object.values(checks).map(({ status }) => CHECK_STATUSES.indexOf(status)));
    return { status: CHECK_STATUSES[worst], checks };
  }

  /** Whether writes are taken. */
  get isReady(): boolean {
    return this.#options.store.refusal === undefined;
  }

  #storage(): Check {
    const { refusal } = this.#options.store;
    if (!refusal) return OK;
    const { error, sinceMs } = refusal;
    // Nobody is asked for a key here: what the system says of files is for the log.
    const cause =
      error.code === 'store_full'
        ? 'there is no room on the disk of the data folder, make some'
        : 'the disk refused a write, look at it and at the log';
    const reason = `writes are refused (${error.code}): ${cause}`;
    return { status: 'failing', reason, since: new Date(sinceMs).toISOString() };
  }

  #disk(): Check {
    const { store, minFreeBytes } = this.#options;
    const { freeDiskBytes } = store;
    const lowBytes = FREE_LOW_FACTOR * minFreeBytes;
    if (freeDiskBytes === undefined || freeDiskBytes >= lowBytes) return OK;
    const status = freeDiskBytes < minFreeBytes ? 'failing' : 'degraded';
    const reason = `${freeDiskBytes} bytes are free on the disk of the data folder; writes are refused below ${minFreeBytes} (storage.minFreeBytes), make room for ${lowBytes}`;
    return { status, reason };
  }

  #heads(): Check {
    const { pendingMs, pendingBytes, headSamples, headSamplesMax } = this.#options.store.stats();
    if (pendingMs < PENDING_MS_HIGH) return OK;
    const reason = `${pendingBytes} bytes of samples wait to be written, for up to ${Math.round(pendingMs)} ms; ${headSamples} of ${headSamplesMax} samples are in memory: send less, or look at the disk`;
    return { status: 'degraded', reason };
  }

  #eventLoop(): Check {
    const { p99 } = this.#options.eventLoop.delay;
    if (p99 < DELAY_SECONDS_HIGH) return OK;
    const delay = formatDuration(Math.round(1000 * p99));
    return {
      status: 'degraded',
      reason: `one time in a hundred the event loop is ${delay} late; see GET /v1/queries for what runs`,
    };
  }
}

/** What is said once closing has begun. */
export function closingReport(): HealthReport {
  const lifecycle: Check = { status: 'failing', reason: 'TinyObs is shutting down' };
  return { status: 'failing', checks: { lifecycle } };
}
