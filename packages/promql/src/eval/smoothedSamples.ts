import type { SeriesBatch } from '@tinyobs/model';
import type { Edges } from '../ast.js';
import { type Grid, type Reach, reachEnd } from './grid.js';
import { BatchReader, type RangeFunction } from './rangeFunction.js';
import { bucketsOf, refuseRollups, USE_OTHERS } from './rollups.js';
import type { SampleSource } from './sampleSource.js';
import { findEdges, innerWindows } from './windowEdges.js';

/**
 * The value at the evaluation time between the samples on either side of it, or the last one where none
 * follows; windows reach one lookback further than that time.
 */
export function smoothedInstant(lookbackMs: number): RangeFunction {
  return {
    samplesMin: 1,
    prepare({ times, values, ends }) {
      return (from, to, step) => {
        const timeMs = ends[step] - lookbackMs;
        let next = from;
        while (next < to && times[next] < timeMs) next++;
        if (next < to && times[next] === timeMs) return values[next];
        if (next === from) return undefined;
        const before = values[next - 1];
        if (next === to) return before;
        const share = (timeMs - times[next - 1]) / (times[next] - times[next - 1]);
        return before + (values[next] - before) * share;
      };
    },
  };
}

/** The samples of an anchored or smoothed range vector at one time, with one at each edge of the window. */
export function withEdgeSamples(
  source: SampleSource,
  how: { grid: Grid; reach: Reach; edges: Edges; lookbackMs: number },
): SampleSource {
  return {
    ...source,
    async *batches() {
      for await (const batch of source.batches()) {
        const rollups = bucketsOf(batch);
        if (rollups) refuseRollups(rollups, `an ${how.edges} range vector`, USE_OTHERS);
        yield extendBatch(batch, how);
      }
    },
  };
}

function extendBatch(
  batch: SeriesBatch,
  { grid, reach, edges, lookbackMs }: { grid: Grid; reach: Reach; edges: Edges; lookbackMs: number },
): SeriesBatch {
  const { rangeMs } = reach;
  const ends = Float64Array.of(reachEnd(grid, 0, reach));
  const window = innerWindows({ rangeMs, ends }, edges, lookbackMs)(0);
  const reader = new BatchReader(batch);
  const ids: number[] = [];
  const lengths: number[] = [];
  const times: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < batch.count; i++) {
    const series = reader.read(i);
    const from = series.times.findIndex((time) => time > ends[0] - rangeMs);
    const to = series.times.findLastIndex((time) => time <= ends[0]) + 1;
    if (from < 0 || from >= to) continue;
    const found = findEdges(series, { from, to }, window, { edges, counter: false });
    if (!found) continue;
    const start = times.length;
    times.push(window.startMs);
    values.push(found.left);
    for (let place = found.first; place <= found.last; place++) {
      if (series.times[place] <= window.startMs || series.times[place] >= window.endMs) continue;
      times.push(series.times[place]);
      values.push(series.values[place]);
    }
    times.push(window.endMs);
    values.push(found.right);
    ids.push(batch.ids[i]);
    lengths.push(times.length - start);
  }
  const starts = new Uint32Array(ids.length);
  for (let i = 1; i < ids.length; i++) starts[i] = starts[i - 1] + lengths[i - 1];
  return {
    count: ids.length,
    ids: Uint32Array.from(ids),
    timeStarts: starts,
    valueStarts: starts,
    lengths: Uint32Array.from(lengths),
    times: Float64Array.from(times),
    values: Float64Array.from(values),
  };
}
