import { assert } from '@tinyobs/model';
import type { ChangeLog } from '../changes/changeLog.js';
import type { Deletion } from '../deletion/deletion.js';
import { Exclusions } from '../deletion/exclusions.js';
import { RunWriter } from '../flush/runWriter.js';
import { WriteQueue } from '../flush/writeQueue.js';
import type { Heads } from '../head/heads.js';
import type { SeriesIndex } from '../index/seriesIndex.js';
import { COMPACTION_INTENT_KEY, RESOLUTION_RAW, type RunId } from '../kv/keys.js';
import type { KeyValueStore } from '../kv/keyValueStore.js';
import { seal, withSealRoom } from '../kv/seal.js';
import type { WriteGuard } from '../kv/writeGuard.js';
import { COMPACTION_CHUNK_BYTES, COMPACTION_COLUMN_SAMPLES } from '../limits.js';
import type { Catalog } from '../manifest/catalog.js';
import { encodeIntent, type Manifest } from '../manifest/manifest.js';
import { mergeRollups } from '../rollup/mergeRollups.js';
import { RollupWriter } from '../rollup/rollupWriter.js';
import { type MergeOptions, mergeRuns } from './mergeRuns.js';
import type { CompactionJob } from './planCompaction.js';
import { reclaimSpace, removeRuns } from './removeRuns.js';
import { RunScanner } from './runScanner.js';

const CHUNK_BYTES_MIN = 64 * 1024;
const COLUMN_SAMPLES_MIN = 4096;
/** Generations are stored in two bytes. */
const GENERATION_END = 2 ** 16;

export interface CompactionContext {
  readonly kv: KeyValueStore;
  readonly writes: WriteGuard;
  readonly sync: boolean;
  readonly index: SeriesIndex;
  readonly heads: Heads;
  readonly catalog: Catalog;
  readonly changes: ChangeLog;
  /** Ends the compaction; what it has written so far is removed at open. */
  readonly signal: AbortSignal;
}

export interface CompactionOptions {
  /** What is to be left out beside the deletions of the catalog. */
  readonly expired: readonly Deletion[];
  /** Told how many samples were read since the last call. */
  readonly onProgress: (samples: number) => void;
}

/**
 * Merges the runs of a job into a run of the next generation, or makes rollups of them, under fresh keys. One last
 * synced batch names the new runs instead of the old ones (S2); then those are removed and their space is given
 * back. A query that began before goes on with its snapshot. Returns the new runs; none when nothing is left.
 *
 * @throws TinyObsError `store_corrupt` when a run is not whole: nothing is changed then. `store_full`,
 * `store_write_failed`; the reason of the signal.
 */
export async function compactRuns(
  job: CompactionJob,
  context: CompactionContext,
  options: CompactionOptions,
): Promise<readonly Manifest[]> {
  const { kv, writes, heads, catalog, changes } = context;
  const ids = outputsOf(job);
  const written = await writeRuns(ids, job, context, options).catch(async (error: unknown) => {
    if (!writes.failure && !context.signal.aborted) await removeRuns(kv, writes, ids);
    throw error;
  });
  const replaced = job.inputs.map((run) => run.id);
  await catalog.commit(
    {
      addedRuns: written,
      removedRuns: job.inputs,
      more: (batch) => batch.put(COMPACTION_INTENT_KEY, seal(COMPACTION_INTENT_KEY, encodeIntent(replaced))),
      onApplied: () => {
        for (const { run } of replaced) heads.retire(run);
        if (job.rollUpTo) changes.noteDropped(job.windowEndMs);
      },
    },
    context,
  );
  await removeRuns(kv, writes, replaced);
  await reclaimSpace(kv, replaced, job.rollUpTo ? undefined : written[0]?.id);
  return written;
}

/** The highest number of the inputs, so that later runs still win, and a generation none of them had. */
function outputsOf({ inputs, windowMs, rollUpTo }: CompactionJob): RunId[] {
  const { run } = inputs[inputs.length - 1].id;
  if (rollUpTo) return rollUpTo.map(({ id }) => ({ resolution: id, windowMs, run, generation: 0 }));
  const generation = 1 + Math.max(...inputs.map(({ id }) => id.generation));
  assert(generation < GENERATION_END, 'a run is not rewritten more often than generations can be counted');
  return [{ resolution: inputs[0].id.resolution, windowMs, run, generation }];
}

async function writeRuns(
  ids: readonly RunId[],
  job: CompactionJob,
  context: CompactionContext,
  options: CompactionOptions,
): Promise<Manifest[]> {
  const { kv, writes, sync, index, catalog, signal } = context;
  const { inputs, windowMs, windowEndMs } = job;
  const snapshot = kv.snapshot();
  const { deletions } = catalog;
  const queue = new WriteQueue(kv, writes, { sync });
  queue.put(COMPACTION_INTENT_KEY, withSealRoom(encodeIntent(ids)));
  const deletedSeq = Math.max(...inputs.map((run) => run.deletedSeq), ...deletions.map(({ seq }) => seq + 1));
  const writers = ids.map((id) => new RunWriter({ id, windowEndMs, deletedSeq, sink: queue.put }));
  const scanners = inputs.map(
    (run) =>
      new RunScanner(run, {
        kv,
        snapshot,
        index,
        chunkBytesMax: Math.max(CHUNK_BYTES_MIN, COMPACTION_CHUNK_BYTES / inputs.length),
        columnSamplesMax: Math.max(COLUMN_SAMPLES_MIN, COMPACTION_COLUMN_SAMPLES / inputs.length),
      }),
  );
  try {
    await rewrite(job, writers, {
      scanners,
      exclusions: new Exclusions([...deletions, ...options.expired], {
        minMs: windowMs,
        maxMs: windowEndMs - 1,
      }),
      breathe: (samples) => {
        signal.throwIfAborted();
        options.onProgress(samples);
        return queue.wantsBreath ? queue.breathe() : undefined;
      },
    });
  } finally {
    await Promise.all(scanners.map((scanner) => scanner.close()));
    await snapshot.close();
  }
  const manifests = writers.filter((writer) => !writer.isEmpty).map((writer) => writer.finish());
  await queue.write();
  return manifests;
}

async function rewrite(
  { inputs, windowMs, rollUpTo }: CompactionJob,
  writers: readonly RunWriter[],
  how: Omit<MergeOptions, 'writer'>,
): Promise<void> {
  if (!rollUpTo) {
    const merge = inputs[0].id.resolution === RESOLUTION_RAW ? mergeRuns : mergeRollups;
    return merge({ ...how, writer: writers[0] });
  }
  const outputs = rollUpTo.map((resolution, i) => ({ resolution, writer: writers[i] }));
  const rawWindowMs = Math.min(...inputs.map(({ id }) => id.windowMs));
  const rollups = new RollupWriter({ windowMs: rawWindowMs, fromMs: windowMs }, outputs);
  await mergeRuns({ ...how, writer: rollups });
  rollups.finish();
}
