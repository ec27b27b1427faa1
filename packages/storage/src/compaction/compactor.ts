import { TinyObsError } from '@tinyobs/model';
import { carriedOut, touches } from '../deletion/carryOut.js';
import type { Deletion } from '../deletion/deletion.js';
import type { Forgetter } from '../forget/forgetter.js';
import { RESOLUTION_RAW, walRangeBefore } from '../kv/keys.js';
import { repeat } from '../kv/platform.js';
import { COMPACTION_CHECK_MS, DELETION_WAIT_MS_MAX, DELETIONS_WAITING_MAX } from '../limits.js';
import type { Manifest } from '../manifest/manifest.js';
import { SeriesBits } from '../manifest/seriesBits.js';
import { intersectSeriesSet, seriesSetOf } from '../manifest/seriesSet.js';
import { QueryGuard } from '../query/queryGuard.js';
import { dropRuns } from '../retention/dropRuns.js';
import type { Expiry } from '../retention/expiry.js';
import { planRetention, type Stretch } from '../retention/planRetention.js';
import { planRollupMerges } from '../rollup/planRollupMerges.js';
import type { Resolution } from '../rollup/resolution.js';
import type { StoreEventHandler } from '../storeEvent.js';
import type { LiveRules, StoreRules } from '../storeOptions.js';
import { type CompactionContext, compactRuns } from './compactRuns.js';
import { type CompactionJob, planCompaction, rewriteOf } from './planCompaction.js';

export interface CompactorContext extends Omit<CompactionContext, 'signal'> {
  readonly windowMs: number;
  readonly now: () => number;
  readonly rules: LiveRules;
  /** From now on refuses samples before a time; false when there are some that no run holds yet. */
  readonly settle: (beforeMs: number) => Promise<boolean>;
  readonly expiry: Expiry;
  readonly forgetter: Forgetter;
  readonly onEvent: StoreEventHandler;
  readonly onCorruption: (error: TinyObsError) => void;
}

/** `due`: what pays, and deletions that have waited. `all`: whatever can be merged. `clean`: runs that hold what was deleted. */
type Work = 'due' | 'all' | 'clean';

/** Runs before `runEnd`, and deletions up to `lastSeq`. */
interface Scope {
  readonly runEnd: number;
  readonly lastSeq: number;
}

/**
 * Rewrites and drops runs, one job at a time: in the background after flushes and when the clock closes a
 * window, and when asked to.
 */
export class Compactor {
  compactions = 0;
  /** Runs that retention dropped whole. */
  runsDropped = 0;
  /** Raw windows that became rollups. */
  windowsRolledUp = 0;
  /** Series whose rollups were dropped because too many were indexed. */
  seriesStripped = 0;
  readonly #context: CompactorContext;
  readonly #closing = new AbortController();
  readonly #guard: QueryGuard;
  /** Runs of jobs that failed because one of them cannot be read: not tried again unless asked to. */
  #damaged = new WeakSet<Manifest>();
  /** When each deletion was first met here, ms. */
  readonly #deletionsSince = new WeakMap<Deletion, number>();
  #running: { readonly samples: number; done: number } | undefined;
  #turn: Promise<void> = Promise.resolve();
  #isWaking = false;
  #stopTimer: () => void = () => undefined;

  constructor(context: CompactorContext) {
    this.#context = context;
    this.#guard = new QueryGuard(this.#closing.signal, this.#closing.signal);
  }

  /** How much of the running job is done, from 0 to 1. */
  get progress(): number | undefined {
    return this.#running && Math.min(1, this.#running.done / Math.max(1, this.#running.samples));
  }

  /** Runs that are due to be merged now. */
  get backlogRuns(): number {
    return this.#merges(this.#context.catalog.runs, { eager: false }).reduce(
      (total, { inputs }) => total + inputs.length,
      0,
    );
  }

  /** Raw windows that are due to become rollups now. */
  get backlogWindows(): number {
    const { retention } = this.#context.rules.current;
    return this.#planRetention(retention).filter((stretch) => this.#rollUpTo(stretch, retention).length > 0)
      .length;
  }

  start(): void {
    this.#stopTimer = repeat(() => this.wake(), COMPACTION_CHECK_MS);
  }

  /** Looks for work, unless that is about to happen. */
  wake(): void {
    if (this.#isWaking || this.#closing.signal.aborted) return;
    this.#isWaking = true;
    const work = () => {
      this.#isWaking = false;
      return this.#work('due');
    };
    this.#inTurn(work).catch((error: unknown) => this.#unexpected(error));
  }

  /**
   * Does all that can be merged, or all that was deleted, now.
   *
   * @throws TinyObsError `store_closed`, `store_full`, `store_write_failed`, `store_corrupt`
   */
  run(work: 'all' | 'clean'): Promise<void> {
    return this.#inTurn(() => {
      this.#damaged = new WeakSet();
      return this.#work(work);
    });
  }

  /** Ends the running job and waits for its end. Idempotent. */
  async close(): Promise<void> {
    this.#stopTimer();
    this.#closing.abort(new TinyObsError('store_closed', 'the store was closed'));
    await this.#turn;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** Works on what was there when it began, so that it ends however fast more is flushed and deleted. */
  async #work(work: Work): Promise<void> {
    const { writes, catalog } = this.#context;
    const scope = { runEnd: catalog.root.nextRun, lastSeq: catalog.deletions.at(-1)?.seq ?? -1 };
    const compactionsBefore = this.compactions;
    let damage: unknown;
    for (;;) {
      this.#closing.signal.throwIfAborted();
      writes.check();
      const expired = await this.#context.expiry.deletions(this.#context.index.visible, this.#guard);
      await this.#retain(expired);
      const job = this.#next(work, scope, expired);
      if (!job) break;
      damage = (await this.#run(job, expired)) ?? damage;
      await this.#dropDeletions();
    }
    await this.#dropDeletions();
    await this.#forget(work !== 'due');
    if (this.compactions > compactionsBefore || work !== 'due') await this.#reclaimRecords();
    if (damage !== undefined) throw damage;
  }

  /** Small jobs first: they are those of new windows, which most queries read. */
  #next(work: Work, scope: Scope, expired: readonly Deletion[]): CompactionJob | undefined {
    const { catalog } = this.#context;
    const runs = catalog.runs.filter((run) => run.id.run < scope.runEnd);
    const deletions = this.#dueDeletions(work).filter(({ seq }) => seq <= scope.lastSeq);
    if (work !== 'clean') {
      const merge = smallest(this.#merges(runs, { eager: work === 'all' }));
      if (merge) return merge;
    }
    const isDue = (run: Manifest) =>
      !this.#damaged.has(run) &&
      (deletions.some((deletion) => touches(deletion, run)) ||
        expired.some((deletion) => run.maxMs <= deletion.maxMs && touches(deletion, run)));
    const run = runs.find(isDue);
    return run && rewriteOf(run);
  }

  /** Deletions for which runs are rewritten that are not to be merged: the space is to return some day. */
  #dueDeletions(work: Work): readonly Deletion[] {
    const { catalog, now } = this.#context;
    if (work === 'clean') return catalog.deletions;
    if (work === 'all') return [];
    const nowMs = now();
    const due = catalog.deletions.filter((deletion) => {
      const sinceMs = this.#deletionsSince.get(deletion) ?? nowMs;
      this.#deletionsSince.set(deletion, sinceMs);
      return nowMs - sinceMs >= DELETION_WAIT_MS_MAX;
    });
    return catalog.deletions.length > DELETIONS_WAITING_MAX ? catalog.deletions : due;
  }

  #merges(runs: readonly Manifest[], options: { readonly eager: boolean }): CompactionJob[] {
    const { windowMs, now, catalog } = this.#context;
    const isRaw = ({ id }: Manifest) => id.resolution === RESOLUTION_RAW;
    const jobs = [
      ...planCompaction(runs.filter(isRaw), { nowMs: now(), windowMs, ...options }),
      ...planRollupMerges(
        runs.filter((run) => !isRaw(run)),
        catalog.rolledMs,
      ),
    ];
    return jobs.filter(({ inputs }) => !inputs.some((run) => this.#damaged.has(run)));
  }

  /** Returns the error of a job that met a run which cannot be read; others are thrown. */
  async #run(job: CompactionJob, expired: readonly Deletion[]): Promise<TinyObsError | undefined> {
    const samplesBefore = sumOf(job.inputs, 'samples');
    const running = { samples: samplesBefore, done: 0 };
    const onProgress = (samples: number) => {
      running.done += samples;
    };
    this.#running = running;
    const startMs = performance.now();
    try {
      const context = { ...this.#context, signal: this.#closing.signal };
      const written = await compactRuns(job, context, { expired, onProgress });
      if (job.rollUpTo) this.windowsRolledUp++;
      else this.compactions++;
      if (job.rollUpTo || expired.length > 0 || this.#context.catalog.deletions.length > 0)
        this.#context.forgetter.noteGone();
      this.#context.onEvent({
        type: job.rollUpTo ? 'rolled_up' : 'compacted',
        durationMs: performance.now() - startMs,
        windowMs: job.windowMs,
        windowEndMs: job.windowEndMs,
        runs: job.inputs.length,
        samplesBefore,
        sizeBytesBefore: sumOf(job.inputs, 'sizeBytes'),
        samples: sumOf(written, 'samples'),
        sizeBytes: sumOf(written, 'sizeBytes'),
      });
      return undefined;
    } catch (error) {
      if (!(error instanceof TinyObsError)) throw error;
      this.#noteFailure(job, performance.now() - startMs, error);
      if (!UNREADABLE.includes(error.code)) throw error;
      for (const run of job.inputs) this.#damaged.add(run);
      if (error.code === 'store_corrupt') this.#context.onCorruption(error);
      return error;
    } finally {
      this.#running = undefined;
    }
  }

  #noteFailure({ rollUpTo }: CompactionJob, durationMs: number, error: TinyObsError): void {
    if (this.#closing.signal.aborted) return;
    const work = rollUpTo ? 'rollup' : 'compaction';
    this.#context.onEvent({ type: 'work_failed', work, durationMs, error });
  }

  /**
   * Drops what is too old or too much; raw windows become rollups in the same commit, the oldest first. A window
   * that cannot be read is dropped without: that was said as damage.
   */
  async #retain(expired: readonly Deletion[]): Promise<void> {
    for (;;) {
      this.#closing.signal.throwIfAborted();
      const { retention } = this.#context.rules.current;
      const plan = this.#planRetention(retention).map((stretch) => ({
        stretch,
        rollUpTo: this.#rollUpTo(stretch, retention),
      }));
      await this.#drop(plan.filter(({ rollUpTo }) => rollUpTo.length === 0).map(({ stretch }) => stretch));
      const due = plan.find(({ rollUpTo }) => rollUpTo.length > 0);
      if (!due || !(await this.#context.settle(due.stretch.endMs))) return;
      const { stretch: next, rollUpTo } = due;
      const inputs = this.#context.catalog.rawRuns.filter((run) => next.runs.includes(run));
      // A part of the window may have been rolled up before the rest was merged into it.
      const windowMs = Math.max(next.startMs, this.#context.catalog.rolledMs);
      const windowEndMs = next.endMs;
      await this.#run({ inputs, windowMs, windowEndMs, rollUpTo }, expired);
    }
  }

  #planRetention({ keptMs, rollups, sizeBytesMax }: StoreRules['retention']): Stretch[] {
    const { catalog, now } = this.#context;
    return planRetention(catalog.runs, { nowMs: now(), keptMs, rollsUp: rollups.length > 0, sizeBytesMax });
  }

  /** Rollups that take the place of what is to be dropped: those that would not be too old themselves. */
  #rollUpTo(
    { resolution, runs, endMs, maxMs }: Stretch,
    { rollups, keptMs }: StoreRules['retention'],
  ): readonly Resolution[] {
    const { catalog, now } = this.#context;
    if (resolution !== RESOLUTION_RAW || endMs <= catalog.rolledMs) return [];
    if (runs.some((run) => this.#damaged.has(run))) return [];
    return rollups.filter(({ id }) => maxMs >= now() - (keptMs.get(id) ?? Number.POSITIVE_INFINITY));
  }

  async #drop(stretches: readonly Stretch[]): Promise<void> {
    const dropped = stretches.flatMap(({ runs }) => runs);
    if (dropped.length === 0) return;
    const startMs = performance.now();
    await dropRuns(dropped, this.#context);
    this.runsDropped += dropped.length;
    this.#context.forgetter.noteGone();
    this.#context.onEvent({
      type: 'expired',
      durationMs: performance.now() - startMs,
      runs: dropped.length,
      samples: sumOf(dropped, 'samples'),
      sizeBytes: sumOf(dropped, 'sizeBytes'),
      maxMs: dropped.reduce((max, run) => Math.max(max, run.maxMs), Number.NEGATIVE_INFINITY),
    });
  }

  /** Forgets series that nothing is kept of; where too many are left, the rollups of those idle for longest go. */
  async #forget(isEager: boolean): Promise<void> {
    const { forgetter } = this.#context;
    await forgetter.forget(isEager);
    const idle = await forgetter.excess();
    if (idle && (await this.#strip(idle))) await forgetter.forget(true);
  }

  /** Rewrites rollups without some series (ascending); false when nothing could be done for damage. */
  async #strip(series: Uint32Array): Promise<boolean> {
    const { catalog, changes, onEvent } = this.#context;
    const everything = [
      {
        seq: Number.POSITIVE_INFINITY,
        run: Number.POSITIVE_INFINITY,
        minMs: Number.NEGATIVE_INFINITY,
        maxMs: Number.POSITIVE_INFINITY,
        series: seriesSetOf(series),
      },
    ];
    const startMs = performance.now();
    const sizeBytesBefore = sumOf(catalog.rollupRuns, 'sizeBytes');
    const stripped = new SeriesBits();
    let runs = 0;
    for (const run of catalog.rollupRuns) {
      if (this.#guard.due) await this.#guard.pause();
      const held = intersectSeriesSet(series, run.series);
      if (held.length === 0 || this.#damaged.has(run)) continue;
      this.#closing.signal.throwIfAborted();
      if ((await this.#run(rewriteOf(run), everything)) !== undefined) continue;
      changes.noteDropped(run.maxMs);
      for (const id of held) stripped.add(id);
      runs++;
    }
    this.seriesStripped += stripped.count;
    const sizeBytes = sizeBytesBefore - sumOf(catalog.rollupRuns, 'sizeBytes');
    const durationMs = performance.now() - startMs;
    if (runs > 0) onEvent({ type: 'rollups_dropped', durationMs, series: stripped.count, runs, sizeBytes });
    return runs > 0;
  }

  /** Write-ahead records whose samples are in blocks are removed by then, and LevelDB keeps them for a while. */
  async #reclaimRecords(): Promise<void> {
    const { kv, catalog } = this.#context;
    await kv.compactRange(walRangeBefore(catalog.root.walLow));
  }

  async #dropDeletions(): Promise<void> {
    const { catalog } = this.#context;
    const removedDeletions = carriedOut(catalog.deletions, catalog.runs, catalog.root);
    if (removedDeletions.length > 0) await catalog.commit({ removedDeletions }, this.#context);
  }

  /**
   * Whatever is not damage, a snapshot that could not be kept, a failed write or the end of the store would be
   * met again by every later job.
   */
  #unexpected(error: unknown): void {
    const { writes } = this.#context;
    if (error instanceof TinyObsError && [...UNREADABLE, 'store_busy'].includes(error.code)) return;
    if (this.#closing.signal.aborted || writes.failure) return;
    writes.fail(error);
  }
}

/** Codes of errors that say that one run cannot be read: it is damaged, or of a later version. */
const UNREADABLE: readonly string[] = ['store_corrupt', 'store_version'];

function smallest(jobs: readonly CompactionJob[]): CompactionJob | undefined {
  let best = jobs[0];
  for (const job of jobs) if (sumOf(job.inputs, 'samples') < sumOf(best.inputs, 'samples')) best = job;
  return best;
}

function sumOf(runs: readonly Manifest[], field: 'samples' | 'sizeBytes'): number {
  return runs.reduce((total, run) => total + run[field], 0);
}
