import { TinyObsError } from '@tinyobs/model';
import { COMPACTION_CHECK_MS } from '../limits.js';
import type { Manifest } from '../manifest/manifest.js';
import type { StoreEventHandler } from '../storeEvent.js';
import { type CompactionContext, compactRuns } from './compactRuns.js';
import { type CompactionJob, planCompaction } from './planCompaction.js';

export interface CompactorContext extends Omit<CompactionContext, 'signal'> {
  readonly windowMs: number;
  readonly now: () => number;
  readonly onEvent: StoreEventHandler;
  readonly onCorruption: (error: TinyObsError) => void;
}

/** Merges runs in the background, one job at a time: after flushes, and when the clock closes a window. */
export class Compactor {
  compactions = 0;
  readonly #context: CompactorContext;
  readonly #closing = new AbortController();
  /** Runs of jobs that failed because one of them is damaged: not tried again unless asked to. */
  #damaged = new WeakSet<Manifest>();
  #running: { readonly samples: number; done: number } | undefined;
  #turn: Promise<void> = Promise.resolve();
  #isWaking = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(context: CompactorContext) {
    this.#context = context;
  }

  /** How much of the running job is done, from 0 to 1. */
  get progress(): number | undefined {
    return this.#running && Math.min(1, this.#running.done / Math.max(1, this.#running.samples));
  }

  get backlogRuns(): number {
    return this.#due({ eager: false }).reduce((total, { inputs }) => total + inputs.length, 0);
  }

  start(): void {
    this.#timer = setInterval(() => this.wake(), COMPACTION_CHECK_MS).unref();
  }

  /** Looks for work, unless that is about to happen. */
  wake(): void {
    if (this.#isWaking || this.#closing.signal.aborted) return;
    this.#isWaking = true;
    const work = () => {
      this.#isWaking = false;
      return this.#work({ eager: false });
    };
    // Failures were reported where they came from: damage as such, a failed write by the guard of writes.
    this.#inTurn(work).catch((error: unknown) => this.#unexpected(error));
  }

  /**
   * Does all that can be merged now.
   *
   * @throws TinyObsError `store_closed`, `store_full`, `store_write_failed`, `store_corrupt`
   */
  compact(): Promise<void> {
    return this.#inTurn(() => {
      this.#damaged = new WeakSet();
      return this.#work({ eager: true });
    });
  }

  /** Ends the running job and waits for its end. Idempotent. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#closing.abort(new TinyObsError('store_closed', 'the store was closed'));
    await this.#turn;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #work(options: { readonly eager: boolean }): Promise<void> {
    const { writes } = this.#context;
    let damage: unknown;
    for (;;) {
      this.#closing.signal.throwIfAborted();
      writes.check();
      const job = smallest(this.#due(options));
      if (!job) break;
      damage = (await this.#run(job)) ?? damage;
    }
    if (damage !== undefined) throw damage;
  }

  #due(options: { readonly eager: boolean }): CompactionJob[] {
    const { catalog, windowMs, now } = this.#context;
    const jobs = planCompaction(catalog.runs, { nowMs: now(), windowMs, ...options });
    return jobs.filter(({ inputs }) => !inputs.some((run) => this.#damaged.has(run)));
  }

  /** Returns the error of a job that met damage; others are thrown. */
  async #run(job: CompactionJob): Promise<TinyObsError | undefined> {
    const { onEvent, onCorruption } = this.#context;
    const { inputs, windowMs, windowEndMs } = job;
    const sum = (field: 'samples' | 'sizeBytes') => inputs.reduce((total, run) => total + run[field], 0);
    const samplesBefore = sum('samples');
    const running = { samples: samplesBefore, done: 0 };
    this.#running = running;
    const startMs = performance.now();
    try {
      const written = await compactRuns(
        job,
        { ...this.#context, signal: this.#closing.signal },
        {
          expired: [],
          onProgress: (samples) => {
            running.done += samples;
          },
        },
      );
      this.compactions++;
      onEvent({
        type: 'compacted',
        durationMs: performance.now() - startMs,
        windowMs,
        windowEndMs,
        runs: inputs.length,
        samplesBefore,
        sizeBytesBefore: sum('sizeBytes'),
        samples: written?.samples ?? 0,
        sizeBytes: written?.sizeBytes ?? 0,
      });
      return undefined;
    } catch (error) {
      if (!(error instanceof TinyObsError) || error.code !== 'store_corrupt') throw error;
      for (const run of inputs) this.#damaged.add(run);
      onCorruption(error);
      return error;
    } finally {
      this.#running = undefined;
    }
  }

  /** Whatever is not damage, a failed write or the end of the store would be met again by every later job. */
  #unexpected(error: unknown): void {
    const { writes } = this.#context;
    if (error instanceof TinyObsError && error.code === 'store_corrupt') return;
    if (this.#closing.signal.aborted || writes.failure) return;
    writes.fail(error);
  }
}

/** Small jobs are those of new windows, which most queries read: they do not wait for large ones. */
function smallest(jobs: readonly CompactionJob[]): CompactionJob | undefined {
  const size = ({ inputs }: CompactionJob) => inputs.reduce((total, run) => total + run.samples, 0);
  let best = jobs[0];
  for (const job of jobs) if (size(job) < size(best)) best = job;
  return best;
}
