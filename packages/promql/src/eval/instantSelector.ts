import { isStaleAt, wordsOf } from '@tinyobs/model';
import { type Grid, type Reach, reachEnd } from './grid.js';
import { knownSamples, lookbackStarts } from './rollupPoints.js';
import type { RowSink } from './rows.js';
import type { SampleSource } from './sampleSource.js';
import type { SampleCounter } from './statsRecorder.js';
import type { WorkClock } from './workClock.js';

const NONE = -1;

/** What a row costs beside its samples and steps, in values. */
const LOOKUP_VALUES = 64;

/**
 * The latest sample of each series at each step, unless it is a stale marker or older than the lookback.
 * With `sampleTimes` the values are the times of those samples, in seconds.
 */
export async function selectInstant(
  source: SampleSource,
  place: { grid: Grid; reach: Reach; counter?: SampleCounter; sampleTimes: boolean },
  clock: WorkClock,
  sink: RowSink,
): Promise<void> {
  const { grid, reach, counter, sampleTimes } = place;
  const { steps } = grid;
  const ends = new Float64Array(steps);
  for (let step = 0; step < steps; step++) ends[step] = reachEnd(grid, step, reach);
  const latest = new Int32Array(steps);
  const rowValues = new Float64Array(steps);
  const rowPresent = new Uint8Array(steps);
  for await (const batch of source.batches()) {
    const starts = lookbackStarts(batch, ends, reach.rangeMs);
    const { times, values, lengths, timeStarts, valueStarts } = knownSamples(batch);
    const words = wordsOf(values);
    for (let i = 0; i < batch.count; i++) {
      const timeStart = timeStarts[i];
      const valueStart = valueStarts[i];
      const sameTimes = i > 0 && timeStart === timeStarts[i - 1] && lengths[i] === lengths[i - 1];
      if (!sameTimes) findLatest(times, { start: timeStart, length: lengths[i] }, { starts, ends }, latest);
      let found = 0;
      for (let step = 0; step < steps; step++) {
        const at = latest[step];
        const isPresent = at !== NONE && !isStaleAt(words, valueStart + at);
        rowPresent[step] = isPresent ? 1 : 0;
        if (!isPresent) continue;
        rowValues[step] = sampleTimes ? times[timeStart + at] / 1000 : values[valueStart + at];
        found++;
      }
      if (found > 0) {
        counter?.addRow(rowPresent);
        if (sink.isFull) await sink.makeRoom();
        sink.add(batch.ids[i], rowValues, rowPresent, 0);
      }
      if (clock.dueAfter(LOOKUP_VALUES + lengths[i] + steps)) await clock.pause();
    }
  }
}

/** The place of the last sample within (start, end] for each of the ascending ends. */
function findLatest(
  times: Float64Array,
  { start, length }: { start: number; length: number },
  { starts, ends }: { starts: Float64Array; ends: Float64Array },
  latest: Int32Array,
): void {
  let next = 0;
  for (let step = 0; step < ends.length; step++) {
    const end = ends[step];
    while (next < length && times[start + next] <= end) next++;
    latest[step] = next > 0 && times[start + next - 1] > starts[step] ? next - 1 : NONE;
  }
}
