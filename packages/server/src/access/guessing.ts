import { TinyObsError } from '@tinyobs/model';
import { LRUCache } from 'lru-cache';
import { addressGroup } from './addressGroup.js';

/** Wrong keys from an address before it has to wait. */
const FREE_FAILURES = 10;
/** One more is allowed every so often, ms. */
const FAILURE_EVERY_MS = 6_000;
/** Addresses remembered at a time: whoever has many gets no more out of each. */
const ADDRESSES_MAX = 10_000;

interface Failures {
  /** Wrong keys that still count, as of `atMs`. */
  count: number;
  atMs: number;
}

/**
 * Slows the guessing of keys: an address that gave too many wrong ones has to wait before another is looked at.
 * A key that was right from that address before is taken all the same, so that nobody can shut out the clients
 * behind the same proxy.
 */
export class Guessing {
  readonly #now: () => number;
  readonly #failures = new LRUCache<string, Failures>({ max: ADDRESSES_MAX });
  readonly #proven = new LRUCache<string, true>({ max: ADDRESSES_MAX });

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Seconds until the address may try another key; 0 when it may try this one, given its hash, now. */
  waitSeconds(address: string, keyHash: string): number {
    const group = addressGroup(address);
    const count = this.#count(group);
    if (count < FREE_FAILURES || this.#proven.has(`${group} ${keyHash}`)) return 0;
    return Math.ceil(((count - FREE_FAILURES + 1) * FAILURE_EVERY_MS) / 1000);
  }

  /** Notes that a key from the address was wrong. */
  fail(address: string): void {
    const group = addressGroup(address);
    this.#failures.set(group, { count: this.#count(group) + 1, atMs: this.#now() });
  }

  /** Notes that a key from the address was right. */
  succeed(address: string, keyHash: string): void {
    this.#proven.set(`${addressGroup(address)} ${keyHash}`, true);
  }

  #count(group: string): number {
    const known = this.#failures.get(group);
    return known ? Math.max(0, known.count - (this.#now() - known.atMs) / FAILURE_EVERY_MS) : 0;
  }
}

export function tooManyFailures(waitSeconds: number): TinyObsError {
  return new TinyObsError(
    'too_many_failures',
    `too many wrong keys from this address; wait ${waitSeconds} s before the next one, and check which key is sent`,
    { details: { retryAfterSeconds: waitSeconds } },
  );
}
