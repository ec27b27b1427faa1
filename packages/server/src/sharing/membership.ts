import { setTimeout as wait } from 'node:timers/promises';
import { assert, TinyObsError } from '@tinyobs/model';
import type { Log } from '../log.js';
import { joinOwner } from './memberSeat.js';
import type { OwnerPlace } from './ownerPlace.js';
import { becomeOwner, type OwnerParts } from './ownerSeat.js';
import type { Seat } from './seat.js';

/** Between two looks for an owner while one is coming or going, ms. */
const LOOK_MS = 50;
/** After a failure to open the store, ms: another process may have more luck. */
const RETRY_MS = 1_000;
/** How long requests wait for the next owner, ms. */
const SEAT_WAIT_MS = 5_000;
/** How long a start waits for an owner that is claimed to be there and does not listen: one that closes, ms. */
const SILENT_OWNER_MS = 30_000;
/** How long one waits for a store that is open although nobody claims it: a killed process lets go of both at once. */
const UNCLAIMED_LOCK_MS = 1_000;

export interface MembershipOptions extends OwnerParts {
  readonly place: OwnerPlace;
  readonly log: Log;
}

/**
 * The seat of this process among those that share a data folder, and a new one whenever it is lost. What it keeps:
 * - One process at a time is the owner: who has the claim. What others do with the socket cannot make two of one.
 * - Whoever is not, tries again as soon as its owner's connection ends, so a killed owner is replaced in the time it
 *   takes to open the store.
 */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #stop = new AbortController();
  #seat: Seat | undefined;
  /** Under way while there is no seat; undefined is the outcome once it is stopped. */
  #search: Promise<Seat | undefined> | undefined;

  constructor(options: MembershipOptions) {
    this.#options = options;
  }

  /** @throws TinyObsError `store_locked`, `listen_failed`, and those of `start` */
  async start(): Promise<Seat> {
    const seat = await this.#find({ isStart: true });
    assert(seat !== undefined, 'nobody stops a search before it has started');
    return seat;
  }

  /** The present seat; undefined between two. */
  get seat(): Seat | undefined {
    return this.#seat;
  }

  /** The present seat, or the next; undefined when that takes too long, or none will come. Never rejects. */
  async nextSeat(): Promise<Seat | undefined> {
    if (this.#seat) return this.#seat;
    const late = new AbortController();
    const timeout = wait(SEAT_WAIT_MS, undefined, { signal: late.signal }).catch(() => undefined);
    try {
      return await Promise.race([this.#search, timeout]);
    } finally {
      late.abort();
    }
  }

  /** Ends the search for seats; who waits for one gets none. */
  stop(): void {
    this.#stop.abort();
  }

  async close(): Promise<void> {
    this.stop();
    await this.#search;
    await this.#seat?.close();
  }

  async #find({ isStart }: { isStart: boolean }): Promise<Seat | undefined> {
    const { signal } = this.#stop;
    const startedMs = performance.now();
    while (!signal.aborted) {
      const waitedMs = performance.now() - startedMs;
      try {
        const seat = await this.#tryOnce();
        if (seat) return this.#take(seat);
      } catch (error) {
        if (!isLocked(error)) throw error;
        if (waitedMs > UNCLAIMED_LOCK_MS) throw notShared(error);
      }
      if (isStart && waitedMs > SILENT_OWNER_MS) throw this.#silentOwner();
      await this.#pause(LOOK_MS, isStart);
    }
    return undefined;
  }

  async #tryOnce(): Promise<Seat | undefined> {
    const { place, ...parts } = this.#options;
    const joined = await joinOwner(place, { ...parts, signal: this.#stop.signal });
    return joined ?? (this.#stop.signal.aborted ? undefined : becomeOwner(place, parts));
  }

  #take(seat: Seat): Seat {
    const { log } = this.#options;
    this.#seat = seat;
    if (seat.role === 'owner') log.info('this process has the data folder');
    else log.info('another process has the data folder: requests are handed over to it');
    void seat.ended.then(() => this.#lose(seat));
    return seat;
  }

  #lose({ role }: Seat): void {
    if (this.#stop.signal.aborted) return;
    if (role === 'member') this.#options.log.info('the process that had the data folder is gone');
    this.#seat = undefined;
    this.#search = this.#findAgain();
  }

  async #findAgain(): Promise<Seat | undefined> {
    while (!this.#stop.signal.aborted) {
      try {
        return await this.#find({ isStart: false });
      } catch (error) {
        this.#options.log.error({ err: error }, 'the data folder cannot be taken over; another try follows');
        await this.#pause(RETRY_MS, false);
      }
    }
    return undefined;
  }

  /** @param holds Whether the process is to live on for it. */
  async #pause(delayMs: number, holds: boolean): Promise<void> {
    try {
      await wait(delayMs, undefined, { signal: this.#stop.signal, ref: holds });
    } catch {
      // It was stopped, which whoever pauses looks at.
    }
  }

  #silentOwner(): TinyObsError {
    return new TinyObsError(
      'store_locked',
      `another process has claimed ${this.#options.place.claim} for ${SILENT_OWNER_MS / 1000} s and does not answer; end it, or choose another data folder`,
    );
  }
}

function notShared(cause: TinyObsError): TinyObsError {
  const advice = 'that process does not share it: set `shared: true` there, too, or stop it';
  return new TinyObsError('store_locked', `${cause.message}; ${advice}`, { cause });
}

function isLocked(error: unknown): error is TinyObsError {
  return error instanceof TinyObsError && error.code === 'store_locked';
}
