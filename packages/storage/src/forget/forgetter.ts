import type { ChangeLog } from '../changes/changeLog.js';
import type { ExemplarLog } from '../exemplars/exemplarLog.js';
import type { Heads } from '../head/heads.js';
import type { Cardinality } from '../index/cardinality.js';
import type { Readers, Reading } from '../index/readers.js';
import type { SeriesGroups } from '../index/seriesGroups.js';
import type { SeriesIndex, Unused } from '../index/seriesIndex.js';
import { FORGET_SHARE_MIN, FORGOTTEN_LABELS_MS } from '../limits.js';
import type { Catalog, CommitContext } from '../manifest/catalog.js';
import { Slicer } from '../slicer.js';
import type { StoreEventHandler } from '../storeEvent.js';
import { HeldSeries } from './heldSeries.js';
import type { IndexLimit } from './indexLimit.js';

/** Series between two looks at the clock. */
const STRIDE = 256;

export interface ForgetterContext extends CommitContext {
  readonly index: SeriesIndex;
  readonly groups: SeriesGroups;
  readonly catalog: Catalog;
  readonly heads: Heads;
  readonly exemplars: ExemplarLog;
  readonly cardinality: Cardinality;
  readonly changes: ChangeLog;
  readonly readers: Readers;
  readonly limit: IndexLimit;
  readonly now: () => number;
  /** Gives references that are handed out from now on another numbering. */
  readonly renumber: () => void;
  readonly onEvent: StoreEventHandler;
}

/** Series that are not found any more, and can still be read by those who have their ids. */
interface Retired {
  readonly ids: readonly number[];
  readonly unused: Unused;
  readonly sinceMs: number;
  readonly readings: readonly Reading[];
}

interface Survey {
  /** Series of groups that nothing is kept of, as it seems, and those that only rollups are kept of; ascending. */
  readonly dead: readonly number[];
  readonly idle: readonly number[];
  readonly held: HeldSeries;
}

/**
 * Forgets the series that nothing is kept of: no run holds them, no head, no exemplar, and they are not active. Works in turns
 * with compaction and retention, so that runs come meanwhile, but go only between.
 *
 * Whether a series is forgotten is decided in the tick in which it is taken out of the hash. If it comes back it is a
 * new one. Its labels can be told for `FORGOTTEN_LABELS_MS` more, and as long as anyone reads who began before: to
 * those who have its id of an answer, and for writers who name it by a reference. Nothing is written for it:
 * whoever opens the store comes to the same conclusion. What it takes on disk goes with `SeriesGroups.compact`.
 */
export class Forgetter {
  /** Series forgotten so far. */
  forgotten = 0;
  readonly #context: ForgetterContext;
  #slicer = new Slicer();
  readonly #retired: Retired[] = [];
  /** Whether samples may have gone; when the store is opened, nobody has counted yet. */
  #isDue = true;
  /** Whether nothing was kept of some series that were still in use. */
  #isWaiting = false;
  #surveyedMs = Number.NEGATIVE_INFINITY;

  constructor(context: ForgetterContext) {
    this.#context = context;
  }

  /** Runs were dropped, or written anew without some of their series. */
  noteGone(): void {
    this.#isDue = true;
  }

  /**
   * Forgets what nothing is kept of, when it is enough of it to pay or `isEager`, and gives back what was forgotten
   * before.
   *
   * @throws TinyObsError `store_full`, `store_write_failed`
   */
  async forget(isEager: boolean): Promise<void> {
    const { index, groups, catalog, limit } = this.#context;
    this.#slicer = new Slicer();
    await this.#release();
    if (isEager || limit.isPassed || this.#isDueNow()) {
      const { dead, held } = await this.#survey();
      const pays = dead.length >= FORGET_SHARE_MIN * index.count;
      if (dead.length > 0 && (isEager || limit.isPassed || pays)) await this.#retire(dead, held);
    }
    await groups.compact(catalog, this.#context, this.#breathe);
  }

  /** Ids, ascending, of the series whose rollups are to go because too many are indexed; undefined for none. */
  async excess(): Promise<Uint32Array | undefined> {
    const { catalog, limit } = this.#context;
    if (!limit.isPassed) return undefined;
    const { idle } = await this.#survey();
    return idle.length > 0 ? limit.excess(new Uint32Array(idle), catalog, this.#breathe) : undefined;
  }

  #isDueNow(): boolean {
    const { now, cardinality } = this.#context;
    return this.#isDue || (this.#isWaiting && now() >= this.#surveyedMs + cardinality.windowMs);
  }

  /** Looks at what is kept of each series, and tells the limit how many have samples. */
  async #survey(): Promise<Survey> {
    const { index, catalog, cardinality, now, limit } = this.#context;
    this.#isDue = false;
    this.#isWaiting = false;
    this.#surveyedMs = now();
    cardinality.advance(now());
    const { end } = index;
    const { sealedSeries } = catalog.root;
    const held = new HeldSeries();
    await held.note(catalog.runs, this.#breathe);
    const [dead, idle]: [number[], number[]] = [[], []];
    let raw = 0;
    for (let id = index.rows.next(0), i = 1; id < end; id = index.rows.next(id + 1), i++) {
      if (i % STRIDE === 0) await this.#breathe();
      if (held.raw.has(id) || this.#isInUse(id)) {
        if (!held.has(id)) this.#isWaiting = true;
        raw++;
      } else if (held.rollups.has(id)) idle.push(id);
      else if (id < sealedSeries) dead.push(id);
    }
    limit.note(raw, end);
    return { dead, idle, held };
  }

  /** Whether a series has samples that no run may hold, or had some lately, or has exemplars. */
  #isInUse(id: number): boolean {
    const { heads, cardinality, exemplars } = this.#context;
    return heads.holds(id) || cardinality.isActive(id) || exemplars.holds(id);
  }

  async #retire(dead: readonly number[], held: HeldSeries): Promise<void> {
    const { index, catalog, changes, readers, renumber, now, onEvent } = this.#context;
    const startMs = performance.now();
    const ids: number[] = [];
    for (let i = 0; i < dead.length; i++) {
      if (i % STRIDE === 0) await this.#breathe();
      // A flush may have taken samples from a head to a new run meanwhile.
      while (held.isBehind(catalog.runs)) await held.note(catalog.runs, this.#breathe);
      const id = dead[i];
      if (held.has(id) || this.#isInUse(id)) continue;
      index.retire(id);
      ids.push(id);
    }
    if (ids.length === 0) return;
    renumber();
    changes.noteForgotten();
    const unused = await index.sweep(this.#breathe);
    this.#retired.push({ ids, unused, sinceMs: now(), readings: readers.present() });
    this.forgotten += ids.length;
    onEvent({ type: 'forgotten', durationMs: performance.now() - startMs, series: ids.length });
  }

  /** Gives the memory of series to others that were forgotten long enough ago. */
  async #release(): Promise<void> {
    const { index, now } = this.#context;
    for (;;) {
      const [oldest] = this.#retired;
      if (!oldest || now() < oldest.sinceMs + FORGOTTEN_LABELS_MS) return;
      if (!oldest.readings.every(({ isDone }) => isDone)) return;
      this.#retired.shift();
      for (let i = 0; i < oldest.ids.length; i++) {
        index.release(oldest.ids[i]);
        if (i % STRIDE === STRIDE - 1) await this.#breathe();
      }
      index.free(oldest.unused);
    }
  }

  readonly #breathe = (): Promise<void> | undefined => (this.#slicer.due ? this.#slicer.pause() : undefined);
}
