import { readRealTargets, SCRAPE_INTERVAL_MS } from '../realScrapes.js';
import { realBatches } from '../store/realDay.js';
import { LaneBuilder, type Lanes } from './lanes.js';
import { labelsOf, selectorsOf, valueAt } from './madeSeries.js';
import { seriesTemplate } from './writeBodies.js';

export const STEP_MS = 15_000;
const DAY_MS = 24 * 3_600_000;

export interface Workload {
  /** By which `--rows=` names it. */
  readonly id: string;
  readonly name: string;
  /** About how many samples. */
  readonly samples: number;
  /** The same samples in every run; only the time they end at, about `nowMs`, differs. */
  readonly build: (nowMs: number) => Lanes;
}

/** Loads that are measured from an empty folder to a restart. */
export function loadWorkloads(isSmall: boolean): readonly Workload[] {
  if (isSmall) {
    return [made('1k', 200, 600), made('100k', 2000, 40), made('1M', 10_000, 6), realDay(1)];
  }
  return [made('1k', 1000, 24 * 240), made('100k', 100_000, 240), made('1M', 1_000_000, 10), realDay()];
}

/** What is on its way when a server is killed: TinyObs' two heads hold 4 million samples together. */
export function killWorkload(isSmall: boolean): Workload {
  return isSmall ? made('kill', 2000, 39) : made('kill', 100_000, 39);
}

/** Made series, one sample of each every `STEP_MS`. */
export function made(id: string, seriesCount: number, steps: number): Workload {
  const name = `${shortCount(seriesCount)} series × ${span(steps)}`;
  return {
    id,
    name,
    samples: seriesCount * steps,
    build: (nowMs) => {
      const startMs = Math.floor(nowMs / STEP_MS) * STEP_MS - (steps - 1) * STEP_MS;
      const lanes = new LaneBuilder();
      const series = Array.from({ length: seriesCount }, (_, number) => ({
        number,
        template: seriesTemplate(labelsOf(number)),
      }));
      for (let step = 0; step < steps; step++) {
        for (const one of series) lanes.add(one, startMs + step * STEP_MS, valueAt(one.number, step));
      }
      return lanes.finish(selectorsOf(seriesCount));
    },
  };
}

/** The recorded scrapes, spaced to 15 s, so many times over; for a day without a number. */
function realDay(loops?: number): Workload {
  const targets = readRealTargets();
  const scrapes = targets[0].offsetsMs.length;
  const times = loops ?? Math.floor(DAY_MS / SCRAPE_INTERVAL_MS / scrapes);
  const seriesCount = targets.reduce((sum, { series }) => sum + series.length, 0);
  return {
    id: 'real',
    name: `real exporters × ${span(times * scrapes)}`,
    samples: seriesCount * times * scrapes,
    build: (nowMs) => {
      const startMs = Math.floor(nowMs / STEP_MS) * STEP_MS - times * scrapes * SCRAPE_INTERVAL_MS;
      const known = new Map<string, { number: number; template: Uint8Array }>();
      const lanes = new LaneBuilder();
      for (const { batch, timeMs } of realBatches(targets, { startMs, loops: times })) {
        for (let i = 0; i < batch.sampleCount; i++) {
          const { seriesStarts, arena, sampleSeries } = batch;
          const at = sampleSeries[i];
          const key = Buffer.from(arena.subarray(seriesStarts[at], seriesStarts[at + 1])).toString('latin1');
          let one = known.get(key);
          if (!one) {
            one = { number: known.size, template: seriesTemplate(batch.labelsOf(at)) };
            known.set(key, one);
          }
          lanes.add(one, timeMs, batch.values[i]);
        }
      }
      const names = targets.flatMap(({ series }) => series.map(({ labels }) => labels.metricName));
      return lanes.finish([...new Set(names)]);
    },
  };
}

function shortCount(count: number): string {
  return count >= 1e6 ? `${count / 1e6}M` : count >= 1e3 ? `${count / 1e3}k` : String(count);
}

/** Whole hours, else the number of samples. */
function span(steps: number): string {
  const hours = (steps * STEP_MS) / 3_600_000;
  return Number.isInteger(hours) ? `${hours} h` : `${steps} samples`;
}
