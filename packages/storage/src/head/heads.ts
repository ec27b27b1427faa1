import { assert } from '@tinyobs/model';
import { DETACHED_HEADS_MAX } from '../limits.js';
import { Head, type HeadOptions } from './head.js';

/** A head as a reader sees it: records up to `committed`. */
export interface HeadView {
  readonly head: Head;
  readonly committed: number;
  /** The run that holds the same samples in blocks, -1 when they are in no block yet. */
  readonly run: number;
  /** The run that holds or will hold them, infinite while the head takes samples. */
  readonly flushRun: number;
}

/**
 * Two heads: one takes samples, the other is free, being flushed, or flushed and still readable until its
 * memory is needed again. If queries read it then, they keep it and a new one takes its place (S6: at most
 * `DETACHED_HEADS_MAX` are kept so; with more, appends wait for the queries).
 */
export class Heads {
  #active: Head;
  #other: Head;
  #otherState: 'free' | 'flushing' | 'flushed' = 'free';
  #otherRun = -1;
  #waiting: (() => void)[] = [];
  #ignoresReaders = false;
  /** Heads that were replaced while queries read them, until the last of those is done. */
  readonly #detached = new Set<Head>();
  readonly #options: HeadOptions;

  constructor(options: HeadOptions) {
    this.#options = options;
    this.#active = new Head(options);
    this.#other = new Head(options);
  }

  get active(): Head {
    return this.#active;
  }

  get isFlushing(): boolean {
    return this.#otherState === 'flushing';
  }

  /** Samples committed and not yet in blocks. */
  get samples(): number {
    return this.#active.committed + (this.#otherState === 'flushing' ? this.#other.committed : 0);
  }

  /** Time of the oldest sample that is not in blocks yet, ms; infinite when there is none. */
  get minMs(): number {
    return Math.min(
      this.#active.minMs,
      this.#otherState === 'flushing' ? this.#other.minMs : Number.POSITIVE_INFINITY,
    );
  }

  get maxMs(): number {
    return Math.max(
      this.#active.maxMs,
      this.#otherState === 'flushing' ? this.#other.maxMs : Number.NEGATIVE_INFINITY,
    );
  }

  /** Whether samples of a series are in a head that queries to come look at. */
  holds(series: number): boolean {
    return this.#active.holds(series) || (this.#otherState !== 'free' && this.#other.holds(series));
  }

  /** Bytes of what both heads keep beside their records. */
  get seriesBytes(): number {
    return this.#active.seriesBytes + this.#other.seriesBytes;
  }

  /** Whether the other head can take over: it is not being flushed, and not too many are kept for readers. */
  get canSeal(): boolean {
    if (this.#otherState === 'flushing') return false;
    return this.#other.readers === 0 || this.#ignoresReaders || this.#detached.size < DETACHED_HEADS_MAX;
  }

  /** Makes the other head the active one and returns the sealed one, which is to be flushed as `run` now. */
  seal(run: number): Head {
    assert(this.canSeal, 'a head is sealed only when the other one can take over');
    assert(this.#active.length === this.#active.committed, 'a head is sealed between two commits');
    const sealed = this.#active;
    if (this.#other.readers > 0) {
      this.#detached.add(this.#other);
      this.#other = new Head(this.#options);
    }
    this.#active = this.#other;
    this.#other = sealed;
    this.#active.reset();
    this.#otherState = 'flushing';
    this.#otherRun = run;
    return sealed;
  }

  /** The sealed head is in blocks now, in its run of each of its windows. */
  flushed(): void {
    this.#otherState = 'flushed';
    this.wake();
  }

  /** The run is replaced: readers to come take its samples from blocks, from which some may be gone. */
  retire(run: number): void {
    if (this.#otherState === 'flushed' && this.#otherRun === run) this.#otherState = 'free';
  }

  /** What readers see now, the oldest first; `release` it when done. */
  acquire(): HeadView[] {
    const views: HeadView[] = [];
    if (this.#otherState !== 'free') {
      const run = this.#otherState === 'flushed' ? this.#otherRun : -1;
      views.push({ head: this.#other, committed: this.#other.committed, run, flushRun: this.#otherRun });
    }
    const flushRun = Number.POSITIVE_INFINITY;
    views.push({ head: this.#active, committed: this.#active.committed, run: -1, flushRun });
    for (const { head } of views) head.readers++;
    return views;
  }

  release(views: readonly HeadView[]): void {
    for (const { head } of views) {
      if (--head.readers === 0) this.#detached.delete(head);
    }
    this.wake();
  }

  /** Readers are not waited for any more: they were told to stop and look at no head again. */
  ignoreReaders(): void {
    this.#ignoresReaders = true;
    this.wake();
  }

  /** Resolves when a head may have become free. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Lets everyone who waits for a change look again. */
  wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
