import { isStaleAt, wordsOf } from '@tinyobs/model';
import { type Columns, ColumnsBuilder, LabelColumn } from './columns.js';
import { type Grid, type Reach, reachEnd } from './grid.js';
import type { SampleSource } from './sampleSource.js';
import type { Work } from './work.js';

const NONE = -1;

/**
 * The latest sample of each series at each step, unless it is a stale marker or older than the lookback.
 * With `sampleTimes` the values are the times of those samples, in seconds.
 */
export async function selectInstant(
  source: SampleSource,
  grid: Grid,
  reach: Reach,
  work: Work,
  sampleTimes: boolean,
): Promise<Columns> {
  const { steps } = grid;
  const ends = Float64Array.from({ length: steps }, (_, step) => reachEnd(grid, step, reach));
  const latest = new Int32Array(steps);
  const builder = new ColumnsBuilder(steps);
  const ids: number[] = [];
  for await (const batch of source.batches()) {
    const { times, values, lengths, timeStarts, valueStarts } = batch;
    const words = wordsOf(values);
    for (let i = 0; i < batch.count; i++) {
      const timeStart = timeStarts[i];
      const valueStart = valueStarts[i];
      const sameTimes = i > 0 && timeStart === timeStarts[i - 1] && lengths[i] === lengths[i - 1];
      if (!sameTimes) findLatest(times, timeStart, lengths[i], ends, reach.rangeMs, latest);
      const row = builder.addRow();
      let found = false;
      for (let step = 0; step < steps; step++) {
        const place = latest[step];
        if (place === NONE || isStaleAt(words, valueStart + place)) continue;
        builder.values[row + step] = sampleTimes
          ? times[timeStart + place] / 1000
          : values[valueStart + place];
        builder.present[row + step] = 1;
        found = true;
      }
      if (found) {
        ids.push(batch.ids[i]);
        work.budget.hold(steps);
      } else {
        builder.dropRow();
      }
      if (work.clock.due) await work.clock.pause();
    }
  }
  return builder.finish(new LabelColumn((row) => source.labels(ids[row]), source));
}

/** The place of the last sample within (end − rangeMs, end] for each of the ascending ends. */
function findLatest(
  times: Float64Array,
  start: number,
  length: number,
  ends: Float64Array,
  rangeMs: number,
  latest: Int32Array,
): void {
  let next = 0;
  for (let step = 0; step < ends.length; step++) {
    const end = ends[step];
    while (next < length && times[start + next] <= end) next++;
    latest[step] = next > 0 && times[start + next - 1] > end - rangeMs ? next - 1 : NONE;
  }
}
