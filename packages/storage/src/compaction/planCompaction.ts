import {
  COMPACTION_GRACE_MS,
  COMPACTION_INPUTS_MAX,
  COMPACTION_REST_MIN,
  COMPACTION_RUNS_MAX,
  COMPACTION_RUNS_MIN,
  DAY_MS,
} from '../limits.js';
import type { Manifest } from '../manifest/manifest.js';
import type { Resolution } from '../rollup/resolution.js';

/** Runs to be merged into one, the oldest first, and the window of that one. */
export interface CompactionJob {
  readonly inputs: readonly Manifest[];
  readonly windowMs: number;
  readonly windowEndMs: number;
  /** Given for raw runs of which rollups are made in their place. */
  readonly rollUpTo?: readonly Resolution[];
}

export interface CompactionPlanOptions {
  readonly nowMs: number;
  /** Width of the windows that heads are cut by, a divisor of a day. */
  readonly windowMs: number;
  /** Whether every window with several runs is due, not only where merging pays for itself. */
  readonly eager: boolean;
}

/**
 * What is to be merged now, disjoint jobs. Windows of an open day are merged each for itself, those of a day that is
 * over into one. While more runs are expected, only runs of similar size are merged, so that each sample is
 * rewritten a logarithmic number of times.
 *
 * Order is kept: the later run wins, so what is merged is always a stretch of neighbours in the order of runs,
 * among all runs whose windows overlap.
 */
export function planCompaction(runs: readonly Manifest[], options: CompactionPlanOptions): CompactionJob[] {
  const jobs: CompactionJob[] = [];
  for (const [dayMs, ofDay] of groupBy(runs, DAY_MS)) {
    if (isClosed(dayMs + DAY_MS, options)) {
      const inputs = pick(ofDay, { ...options, isClosed: true });
      if (inputs) jobs.push({ inputs, windowMs: dayMs, windowEndMs: dayMs + DAY_MS });
      continue;
    }
    const narrow = ofDay.filter((run) => run.windowEndMs - run.id.windowMs <= options.windowMs);
    for (const [windowMs, ofWindow] of groupBy(narrow, options.windowMs)) {
      const windowEndMs = windowMs + options.windowMs;
      const inputs = pick(ofWindow, { ...options, isClosed: isClosed(windowEndMs, options) });
      if (inputs && areNeighbours(ofDay, inputs)) jobs.push({ inputs, windowMs, windowEndMs });
    }
  }
  return jobs;
}

/** A job that writes one run anew, without what is to be left out of it. */
export function rewriteOf(run: Manifest): CompactionJob {
  return { inputs: [run], windowMs: run.id.windowMs, windowEndMs: run.windowEndMs };
}

function groupBy(runs: readonly Manifest[], widthMs: number): Map<number, Manifest[]> {
  const groups = new Map<number, Manifest[]>();
  for (const run of runs) {
    const startMs = Math.floor(run.id.windowMs / widthMs) * widthMs;
    const known = groups.get(startMs);
    if (known) known.push(run);
    else groups.set(startMs, [run]);
  }
  return groups;
}

function isClosed(endMs: number, { nowMs }: CompactionPlanOptions): boolean {
  return nowMs >= endMs + COMPACTION_GRACE_MS;
}

function pick(
  runs: readonly Manifest[],
  options: { readonly eager: boolean; readonly isClosed: boolean },
): readonly Manifest[] | undefined {
  if (runs.length < 2) return undefined;
  const isAllDue =
    options.eager || runs.length >= COMPACTION_RUNS_MAX || (options.isClosed && isRestLarge(runs));
  return isAllDue ? oldest(flushesOf(runs)) : similar(flushesOf(runs));
}

function isRestLarge(runs: readonly Manifest[]): boolean {
  let total = 0;
  let largest = 0;
  for (const { samples } of runs) {
    total += samples;
    largest = Math.max(largest, samples);
  }
  return total - largest >= COMPACTION_REST_MIN * largest;
}

/** The runs of one number: their windows do not overlap and they are never parted. */
interface Flush {
  readonly run: number;
  readonly runs: Manifest[];
  samples: number;
}

/** The oldest first, as `runs` are. */
function flushesOf(runs: readonly Manifest[]): Flush[] {
  const flushes: Flush[] = [];
  for (const run of runs) {
    const last = flushes.at(-1);
    if (last?.run === run.id.run) {
      last.runs.push(run);
      last.samples += run.samples;
    } else flushes.push({ run: run.id.run, runs: [run], samples: run.samples });
  }
  return flushes;
}

function oldest(flushes: readonly Flush[]): Manifest[] | undefined {
  const inputs: Manifest[] = [];
  for (const { runs } of flushes) {
    if (inputs.length > 1 && inputs.length + runs.length > COMPACTION_INPUTS_MAX) break;
    inputs.push(...runs);
  }
  return inputs;
}

/** The newest stretch of enough runs of which none is larger than all later ones of the stretch together. */
function similar(flushes: readonly Flush[]): Manifest[] | undefined {
  for (let end = flushes.length; end > 0; end--) {
    let start = end - 1;
    let samples = flushes[start].samples;
    let count = flushes[start].runs.length;
    while (start > 0 && flushes[start - 1].samples <= samples && count < COMPACTION_INPUTS_MAX) {
      start--;
      samples += flushes[start].samples;
      count += flushes[start].runs.length;
    }
    if (count >= COMPACTION_RUNS_MIN) return flushes.slice(start, end).flatMap(({ runs }) => runs);
  }
  return undefined;
}

/** Whether no other run of an overlapping window stands between the inputs in the order of runs. */
function areNeighbours(runs: readonly Manifest[], inputs: readonly Manifest[]): boolean {
  const chosen = new Set(inputs);
  const first = inputs[0].id.run;
  const last = inputs[inputs.length - 1].id.run;
  return runs.every((run) => {
    if (chosen.has(run) || run.id.run < first || run.id.run > last) return true;
    return !inputs.some((input) => overlap(input, run));
  });
}

function overlap(a: Manifest, b: Manifest): boolean {
  return a.id.windowMs < b.windowEndMs && b.id.windowMs < a.windowEndMs;
}
