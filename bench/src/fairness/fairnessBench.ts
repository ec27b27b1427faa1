import type { BenchResult } from '../bench.js';
import { BenchRun, type Say } from '../benchRun.js';
import { failureNotes } from '../failureNotes.js';
import type { Options } from '../options.js';
import { fairnessPageText, fairnessReport } from './fairnessReport.js';
import { type HostLatency, measureHost, PLACE_NAMES, PLACES, type Place } from './hostLatency.js';
import { describeLoopDelay, type LoopDelay, loopDelayWeight, measureLoopDelay } from './loopDelay.js';
import { withPreparedShop } from './preparedShop.js';

const ASK_SECONDS = 30;
const SMALL_ASK_SECONDS = 4;
/** Of one place: starts, copying and what comes before the asking. */
const FIXED_SECONDS = 8;

export interface FairnessResults {
  readonly delays: readonly (LoopDelay | undefined)[];
  readonly hosts: ReadonlyMap<Place, readonly (HostLatency | undefined)[]>;
}

/** How long TinyObs holds an event loop: its own under load, and that of an app it is embedded in. */
export async function runFairness(say: Say, options: Options): Promise<BenchResult> {
  const { isSmall, runs } = options;
  const seconds = isSmall ? SMALL_ASK_SECONDS : ASK_SECONDS;
  const hostWeight = seconds + FIXED_SECONDS;
  const run = new BenchRun(say, runs * (loopDelayWeight(isSmall) + PLACES.length * hostWeight));
  const delays: (LoopDelay | undefined)[] = [];
  const hosts = new Map(PLACES.map((place) => [place, [] as (HostLatency | undefined)[]]));
  await withPreparedShop(isSmall, async (shop) => {
    for (let round = 1; round <= runs; round++) {
      const part = { name: `event-loop delay, run ${round}`, weight: loopDelayWeight(isSmall) };
      delays.push(await run.attempt(part, () => measureLoopDelay(shop, isSmall), describeLoopDelay));
    }
    for (let round = 1; round <= runs; round++) {
      for (const place of PLACES) {
        const part = { name: `${PLACE_NAMES[place]}, run ${round}`, weight: hostWeight };
        hosts
          .get(place)
          ?.push(await run.attempt(part, () => measureHost(place, shop, seconds), describeHost));
      }
    }
  });
  const results = { delays, hosts };
  return {
    report: fairnessReport(results, options, failureNotes(run.failures)),
    pageText: fairnessPageText(results, options),
    hasFailed: run.hasFailed,
  };
}

function describeHost({ p50Ms, p99Ms, maxMs }: HostLatency): string {
  return `p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms, most ${maxMs.toFixed(1)} ms`;
}
