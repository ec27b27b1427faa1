import type { AgeHoldings, StoreStats, TierHoldings } from '@tinyobs/storage';
import type { Config } from '../config/schema.js';
import type { BodyLimits } from '../http/body.js';
import type { Request, Response } from '../http/exchange.js';
import { readParameters } from '../http/form.js';
import { jsonPieces } from '../http/jsonPieces.js';
import { type ReadLimits, readWork } from '../http/readWork.js';
import { streamJson } from '../http/respond.js';
import { folderSizeBytes } from '../selfMonitoring/folderSizeBytes.js';
import { type LastWork, STORE_WORK, type StoreWork } from '../selfMonitoring/lastWork.js';
import { type LimitContext, limitsOf } from '../selfMonitoring/limitMetrics.js';
import { VERSION } from '../version.js';
import type { Route } from './route.js';

const LISTED = { fallback: 20, max: 1000 };

/** Names of the resolutions, in the order of `StoreHoldings.tiers`. */
const TIERS = ['raw', '5m', '1h'] as const;

export interface OwnStatusContext extends LimitContext {
  readonly lastWork: LastWork;
  /** Of what a request may say here; `limits` bounds what it may read. */
  readonly parameterLimits: BodyLimits;
  readonly limits: ReadLimits;
  readonly now: () => number;
}

/** What the store holds and does, how much of each limit is in use, and the process. */
export function ownStatusRoute(context: OwnStatusContext): Route {
  const startMs = context.now();
  return {
    methods: ['GET'],
    path: '/v1/status',
    errors: 'tinyobs',
    handle: (request, response) => ownStatus(request, response, { ...context, startMs }),
  };
}

async function ownStatus(
  request: Request,
  response: Response,
  context: OwnStatusContext & { readonly startMs: number },
): Promise<void> {
  const { store, live, limits, parameterLimits } = context;
  const listed = (await readParameters(request, parameterLimits)).listed(LISTED);
  const holdings = await readWork(response, limits, (signal) => store.holdings(listed, signal));
  const stats = store.stats();
  const { dataDir, storage } = live.current;
  const answer = {
    status: 'ok',
    disk: {
      usedBytes: await folderSizeBytes(dataDir),
      freeBytes: store.freeDiskBytes,
      freeBytesMin: storage.minFreeBytes,
    },
    tiers: holdings.tiers.map((tier, place) => tierAnswer(tier, TIERS[place], storage.retention)),
    ages: holdings.ages.map(ageAnswer),
    metrics: holdings.metrics.map(({ name, sizeBytes }) => ({ metric: name, bytes: sizeBytes })),
    head: { samples: stats.headSamples, samplesMax: stats.headSamplesMax },
    wal: { records: stats.walRecords, pendingBytes: stats.pendingBytes },
    work: workAnswer(stats, context.lastWork),
    limits: limitsOf(context)
      .filter(({ value }) => value !== undefined)
      .map(({ name, value, used }) => ({ limit: name, value, used })),
    process: processAnswer(context.startMs),
  };
  await streamJson(response, jsonPieces(answer));
}

function tierAnswer(
  { sizeBytes, runs, blocks, samples, minMs, maxMs }: TierHoldings,
  tier: (typeof TIERS)[number],
  retention: Config['storage']['retention'],
) {
  const keptMs = { raw: retention.raw, '5m': retention.rollup5m, '1h': retention.rollup1h }[tier];
  return {
    tier,
    bytes: sizeBytes,
    ...{ runs, blocks, samples },
    oldest: timeText(minMs),
    newest: timeText(maxMs),
    keptSeconds: keptMs === undefined ? undefined : keptMs / 1000,
  };
}

function ageAnswer({ belowMs, sizeBytes }: AgeHoldings) {
  return {
    belowSeconds: belowMs === undefined ? undefined : belowMs / 1000,
    bytes: Object.fromEntries(TIERS.map((tier, place) => [tier, sizeBytes[place]])),
  };
}

function workAnswer(stats: StoreStats, lastWork: LastWork) {
  const last = (work: StoreWork) => {
    const done = lastWork.of(work);
    return done && { time: timeText(done.endMs), seconds: done.durationMs / 1000, error: done.error };
  };
  return {
    compactionProgress: stats.compactionProgress,
    compactionDueRuns: stats.compactionBacklogRuns,
    rollupDueWindows: stats.rollupBacklogWindows,
    deletionsWaiting: stats.deletions,
    windowEnd: timeText(stats.windowEndMs),
    last: Object.fromEntries(STORE_WORK.map((work) => [work, last(work)])),
  };
}

function processAnswer(startMs: number) {
  const { rss, heapUsed } = process.memoryUsage();
  return {
    version: VERSION,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    pid: process.pid,
    started: timeText(startMs),
    memoryBytes: rss,
    heapBytes: heapUsed,
  };
}

function timeText(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
