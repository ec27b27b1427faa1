import { isKnownKey, keyBehind, parseRunOf, prefixRange } from '../kv/keyShapes.js';
import { type RunId, rangesOfRun } from '../kv/keys.js';
import { DAY_MS, DEFAULTS } from '../limits.js';
import type { Manifest } from '../manifest/manifest.js';
import { forEachStretch } from '../manifest/seriesSet.js';
import { RESOLUTIONS } from '../rollup/resolution.js';
import { type EntryReader, type FindingHandler, type Loss, type MayHaveLost, unknownKey } from './finding.js';
import { LossTally } from './lossTally.js';
import type { CatalogSurvey } from './surveyCatalog.js';
import type { SeriesSurvey } from './surveySeries.js';
import { type RunTally, walkRun } from './walkRun.js';

/** A run that is to be kept. */
export interface SurveyedRun {
  readonly id: RunId;
  /** Undefined when it is gone; the run is read without it. */
  readonly manifest: Manifest | undefined;
  readonly windowEndMs: number;
  /** Nothing of it is damaged: it can be taken over byte by byte. */
  readonly isWhole: boolean;
  readonly tally: RunTally;
}

export interface RunSurveyContext {
  readonly kv: EntryReader;
  readonly catalog: CatalogSurvey;
  readonly series: SeriesSurvey;
  readonly say: FindingHandler;
  /** Whether old manifests and roots may have come back. */
  readonly isCatalogUncertain: boolean;
  readonly mayHaveLost: MayHaveLost;
  readonly onBytes: (bytes: number) => void;
}

/** Checks the runs that manifests name, finds those whose manifest is gone, and tells them from what crashes leave. */
export async function surveyRuns(context: RunSurveyContext): Promise<SurveyedRun[]> {
  const { catalog, kv, say } = context;
  const runs: SurveyedRun[] = [];
  for (const manifest of catalog.manifests) runs.push(await checkRun(manifest, context));
  const named = new Set(catalog.manifests.map(({ id }) => nameOf(id)));
  const unnamed = (await listRuns(kv, say)).filter((id) => !named.has(nameOf(id)));
  const orphans = unnamed.filter((id) => context.isCatalogUncertain || isOrphan(id, catalog));
  for (const id of orphans) runs.push(await adoptRun(id, context));
  for (const id of unnamed.filter((one) => !orphans.includes(one))) {
    const message = `no manifest names run ${id.run}: a flush or compaction that was cut short left it; it does not count`;
    say({ severity: 'notice', kind: 'run', message, run: id });
  }
  sayGone(catalog, orphans, say);
  return runs;
}

/** Compares a run with its manifest. */
async function checkRun(manifest: Manifest, context: RunSurveyContext): Promise<SurveyedRun> {
  const { id, windowEndMs } = manifest;
  let isWhole = true;
  const say: FindingHandler = (finding) => {
    isWhole = false;
    context.say(finding);
  };
  const tally = await walkRun(id, { ...context, manifest, say });
  const lost = lossOf(manifest, tally);
  if (!lost.isEmpty) {
    const message = `${lost.samples} of ${manifest.samples} samples of run ${id.run} are lost`;
    say({ severity: 'damage', kind: 'run', message, run: id, loss: lost.lossOf(context.series) });
  } else if (isWhole) {
    for (const field of untrueFields(manifest, tally)) {
      const message = `the manifest of run ${id.run} is wrong about its ${field}`;
      say({ severity: 'damage', kind: 'manifest', message, run: id });
    }
  }
  return { id, manifest, windowEndMs, isWhole, tally };
}

/** Samples that the manifest counts and that are not there, in the whole time of the run. */
function lossOf({ series, samples, minMs, maxMs }: Manifest, tally: RunTally): LossTally {
  const lost = new LossTally();
  const missing = samples - tally.samples;
  forEachStretch(series, (start, end) => {
    for (let id = start; id < end; id++) {
      if (!tally.found.has(id) || (missing > 0 && tally.torn.has(id))) lost.add(id, { minMs, maxMs }, 0);
    }
  });
  lost.samples = Math.max(0, missing);
  return lost;
}

/** What a manifest says and is not so. */
function untrueFields(manifest: Manifest, tally: RunTally): string[] {
  const truth: Readonly<Record<string, readonly [number, number]>> = {
    blocks: [manifest.blocks, tally.blocks],
    chunks: [manifest.chunks, tally.chunks],
    'sum of block checksums': [manifest.blockSum, tally.blockSum],
    'sum of chunk checksums': [manifest.chunkSum, tally.chunkSum],
    size: [manifest.sizeBytes, tally.sizeBytes],
    samples: [manifest.samples, tally.samples],
    'number of series': [manifest.seriesCount, tally.found.size],
    'oldest sample': [manifest.minMs, tally.minMs],
    'newest sample': [manifest.maxMs, tally.maxMs],
  };
  return Object.keys(truth).filter((field) => truth[field][0] !== truth[field][1]);
}

/** A run without a manifest counts when one is known to be gone and nothing says that the run may go. */
function isOrphan(id: RunId, catalog: CatalogSurvey): boolean {
  if (catalog.badManifests.some((bad) => nameOf(bad) === nameOf(id))) return true;
  if (catalog.intended?.some((intended) => nameOf(intended) === nameOf(id))) return false;
  return catalog.manifestsMissing > 0 || !catalog.root;
}

async function adoptRun(id: RunId, context: RunSurveyContext): Promise<SurveyedRun> {
  const tally = await walkRun(id, { ...context, manifest: undefined });
  const message =
    `the manifest of run ${id.run} is gone, ${tally.samples} samples of it are there; whether there were more ` +
    'cannot be told, and what was deleted of it before may come back';
  context.say({
    severity: 'damage',
    kind: 'manifest',
    message,
    run: id,
    loss: lossOfAdopted(id, tally, context),
  });
  return {
    id,
    manifest: undefined,
    windowEndMs: windowEndOf(id, tally, context.catalog),
    isWhole: false,
    tally,
  };
}

/** What is known to be lost of a run without a manifest; nothing where all there is is sound. */
function lossOfAdopted(id: RunId, tally: RunTally, context: RunSurveyContext): Loss | undefined {
  // What is lost may have been anywhere in the run, whose end is not known either.
  const range = { minMs: id.windowMs, maxMs: id.windowMs + Math.max(...widthsOf(id, context.catalog)) - 1 };
  // What blocks held that cannot be read, only the manifest would tell.
  if (tally.hasGaps || rangesOfRun(id).some(context.mayHaveLost)) {
    return { series: undefined, ...range, samplesMax: undefined };
  }
  const lost = new LossTally();
  for (const series of tally.torn) lost.add(series, range, 0);
  lost.samples = tally.unusable;
  return lost.isEmpty ? undefined : lost.lossOf(context.series);
}

/** The end of the least window in use that the samples fit in. */
function windowEndOf(id: RunId, { maxMs }: RunTally, catalog: CatalogSurvey): number {
  const width = widthsOf(id, catalog).find((one) => maxMs < id.windowMs + one);
  return id.windowMs + (width ?? DAY_MS);
}

/** The widths that the window of a run can have, from the least. */
function widthsOf({ windowMs }: RunId, catalog: CatalogSurvey): number[] {
  const used = catalog.manifests.map(({ id, windowEndMs }) => windowEndMs - id.windowMs);
  const final = RESOLUTIONS.map((resolution) => resolution.windowMs);
  return [...used, DEFAULTS.windowMs, DAY_MS, ...final]
    .filter((width) => windowMs % width === 0)
    .sort((a, b) => a - b);
}

function sayGone(catalog: CatalogSurvey, orphans: readonly RunId[], say: FindingHandler): void {
  const isThere = (bad: RunId) => orphans.some((id) => nameOf(id) === nameOf(bad));
  const bad = catalog.badManifests.filter(isThere).length;
  const gone =
    catalog.badManifests.length - bad + Math.max(0, catalog.manifestsMissing - (orphans.length - bad));
  if (gone === 0) return;
  say({
    severity: 'damage',
    kind: 'manifest',
    message: `${gone} runs are gone with their manifests`,
    loss: { series: undefined, minMs: undefined, maxMs: undefined, samplesMax: undefined },
  });
}

/** Every run of which there is a block or a chunk. */
async function listRuns(kv: EntryReader, say: FindingHandler): Promise<RunId[]> {
  const runs = new Map<string, RunId>();
  for (const [kind, prefix] of ['b/', 'c/'].entries()) {
    const range = prefixRange(prefix);
    for (let gte: Uint8Array = range.gte; ; ) {
      const iterator = kv.iterate({ gte, lt: range.lt });
      const [entry] = await iterator.next(1);
      await iterator.close();
      if (!entry) break;
      gte = keyBehind(entry[0]);
      if (!isKnownKey(entry[0])) {
        say(unknownKey(entry[0]));
        continue;
      }
      const id = parseRunOf(entry[0]);
      runs.set(nameOf(id), id);
      gte = rangesOfRun(id)[kind].lt;
    }
  }
  return [...runs.values()];
}

function nameOf({ resolution, windowMs, run, generation }: RunId): string {
  return `${resolution}/${windowMs}/${run}/${generation}`;
}
