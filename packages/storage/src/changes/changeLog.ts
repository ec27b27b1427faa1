import type { ChangeMark, ChangeTracker, TimeRange } from '@tinyobs/model';
import type { SeriesIndex } from '../index/seriesIndex.js';
import { CHANGE_SLOTS } from '../limits.js';
import type { LiveRules } from '../storeOptions.js';
import { ChangeHistory } from './changeHistory.js';

const SLOT_MASK = CHANGE_SLOTS - 1;
/** The slot of changes to any metric, behind the others. */
const ANY = CHANGE_SLOTS;

export interface ChangeLogContext {
  readonly index: SeriesIndex;
  readonly now: () => number;
  readonly rules: LiveRules;
}

/**
 * What changed in a store, by metric, for those who keep answers. Metrics share a limited number of slots by their
 * symbols (S6): a change to one is taken for a change to those that share its slot, too.
 *
 * Samples on their way are staged and become changes in the tick in which queries begin to see them. Nothing is
 * kept over a reopen: the log of another opening knows nothing of this one's marks.
 */
export class ChangeLog implements ChangeTracker {
  readonly #context: ChangeLogContext;
  readonly #history = new ChangeHistory(CHANGE_SLOTS + 1);
  /** Lowest time on its way by slot; infinite for none. */
  readonly #staged = new Float64Array(CHANGE_SLOTS).fill(Number.POSITIVE_INFINITY);
  readonly #stagedSlots = new Uint32Array(CHANGE_SLOTS);
  #stagedCount = 0;
  /** That of changes which come now; raised by a mark, when there were changes since the last. */
  #version = 1;
  #hasChanges = false;
  /** When series were last forgotten: symbols of before may not be those of the same metrics now. */
  #forgottenVersion = 0;
  /** When it was last changed how long samples of some series are shown. */
  #rulesVersion = 0;
  /** The last drop of everything up to a time. */
  #dropped = { version: 0, maxMs: Number.NEGATIVE_INFINITY };

  constructor(context: ChangeLogContext) {
    this.#context = context;
  }

  mark(): ChangeMark {
    if (this.#hasChanges) this.#version++;
    this.#hasChanges = false;
    return { tracker: this, version: this.#version - 1, timeMs: this.#context.now() };
  }

  changedSince(mark: ChangeMark, metrics: readonly string[] | undefined): TimeRange[] {
    if (mark.tracker !== this || this.#rulesVersion > mark.version) {
      return [{ minMs: Number.NEGATIVE_INFINITY, maxMs: Number.POSITIVE_INFINITY }];
    }
    const changed = this.#expiredSince(mark);
    const minMs = this.#lowestSince(mark, metrics);
    if (minMs !== Number.POSITIVE_INFINITY) changed.push({ minMs, maxMs: Number.POSITIVE_INFINITY });
    const { version, maxMs } = this.#dropped;
    if (version > mark.version) changed.push({ minMs: Number.NEGATIVE_INFINITY, maxMs });
    return changed;
  }

  /** Notes a sample that is about to be written; for every sample, so next to nothing. */
  stage(metric: number, timeMs: number): void {
    const slot = metric & SLOT_MASK;
    const staged = this.#staged[slot];
    if (timeMs >= staged) return;
    if (staged === Number.POSITIVE_INFINITY) this.#stagedSlots[this.#stagedCount++] = slot;
    this.#staged[slot] = timeMs;
  }

  /** Queries that begin from now on see what was staged. */
  commit(): void {
    let lowestMs = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.#stagedCount; i++) {
      const slot = this.#stagedSlots[i];
      const timeMs = this.#staged[slot];
      this.#history.add(slot, this.#version, timeMs);
      if (timeMs < lowestMs) lowestMs = timeMs;
    }
    if (this.#stagedCount > 0) this.#addToAny(lowestMs);
    this.discard();
  }

  /** Nothing of what was staged is seen. */
  discard(): void {
    for (let i = 0; i < this.#stagedCount; i++) this.#staged[this.#stagedSlots[i]] = Number.POSITIVE_INFINITY;
    this.#stagedCount = 0;
  }

  /** Queries that begin from now on may see other samples of these series from a time on. */
  noteSeries(ids: Iterable<number>, minMs: number): void {
    for (const id of ids) this.stage(this.#context.index.metricOf(id), minMs);
    this.commit();
  }

  /** Queries that begin from now on may miss samples of any series up to a time. */
  noteDropped(maxMs: number): void {
    this.#dropped = { version: this.#version, maxMs: Math.max(maxMs, this.#dropped.maxMs) };
    this.#hasChanges = true;
  }

  /** Series were forgotten: what changed of their metrics is only known as a change of any from now on. */
  noteForgotten(): void {
    this.#forgottenVersion = this.#version;
    this.#hasChanges = true;
  }

  /** Queries that begin from now on show some series for another time: what changes by that is not told apart. */
  noteRules(): void {
    this.#rulesVersion = this.#version;
    this.#hasChanges = true;
  }

  #addToAny(timeMs: number): void {
    this.#history.add(ANY, this.#version, timeMs);
    this.#hasChanges = true;
  }

  #lowestSince({ version }: ChangeMark, metrics: readonly string[] | undefined): number {
    const any = this.#history.lowestSince(ANY, version);
    if (metrics === undefined || any === Number.POSITIVE_INFINITY || this.#forgottenVersion > version)
      return any;
    let lowestMs = Number.POSITIVE_INFINITY;
    for (const metric of metrics) {
      const symbol = this.#context.index.symbols.findText(metric);
      // Of a metric that is not known by now nothing was written since the mark.
      if (symbol < 0) continue;
      lowestMs = Math.min(lowestMs, this.#history.lowestSince(symbol & SLOT_MASK, version));
    }
    return lowestMs;
  }

  /** Samples that were shown at the time of the mark and have expired since; or the other way round. */
  #expiredSince({ timeMs }: ChangeMark): TimeRange[] {
    const nowMs = this.#context.now();
    if (nowMs === timeMs) return [];
    return this.#context.rules.current.retention.byMatchers.map(({ ms }) => ({
      minMs: Math.min(nowMs, timeMs) - ms - 1,
      maxMs: Math.max(nowMs, timeMs) - ms,
    }));
  }
}
