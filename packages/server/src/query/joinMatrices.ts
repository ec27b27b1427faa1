import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Labels, TinyObsError } from '@tinyobs/model';
import type { MatrixValue, QueryMemory } from '@tinyobs/promql';

/** The points of a matrix from one time to another, both included. */
export interface MatrixPart {
  readonly matrix: MatrixValue;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface JoinOptions {
  readonly signal: AbortSignal;
  /** The points of the result are taken from it. */
  readonly memory?: QueryMemory;
}

const POINT_BYTES = 16;
/** Series handled between two turns of the event loop: a millisecond or two. */
const SERIES_PER_SLICE = 2048;

/**
 * One matrix, ordered by labels as each of them is, of parts that follow one another in time.
 *
 * @throws TinyObsError `query_canceled`, and what the memory throws
 */
export async function joinMatrices(
  parts: readonly MatrixPart[],
  { signal, memory }: JoinOptions,
): Promise<MatrixValue> {
  const cursors = parts.map((part) => new PartCursor(part));
  const labels: Labels[] = [];
  const stretches: Stretch[] = [];
  const starts = [0];
  let points = 0;
  for (let series = first(cursors); series; series = first(cursors)) {
    for (const cursor of cursors) {
      if (!cursor.isAt(series)) continue;
      const stretch = cursor.take();
      if (stretch.from === stretch.to) continue;
      stretches.push(stretch);
      points += stretch.to - stretch.from;
    }
    if (labels.length % SERIES_PER_SLICE === SERIES_PER_SLICE - 1) await pause(signal);
    if (points === starts[labels.length]) continue;
    labels.push(series);
    starts.push(points);
  }
  memory?.reserve(POINT_BYTES * points);
  const { times, values } = await copied(stretches, points, signal);
  return { type: 'matrix', labels, starts: Uint32Array.from(starts), times, values };
}

/** Points of one series of a matrix, from one place up to but not including another. */
interface Stretch {
  readonly matrix: MatrixValue;
  readonly from: number;
  readonly to: number;
}

class PartCursor {
  readonly #part: MatrixPart;
  #series = 0;

  constructor(part: MatrixPart) {
    this.#part = part;
  }

  /** The labels of the series that is to be taken next. */
  get labels(): Labels | undefined {
    return this.#part.matrix.labels[this.#series];
  }

  isAt(labels: Labels): boolean {
    return this.labels !== undefined && (this.labels === labels || this.labels.compare(labels) === 0);
  }

  take(): Stretch {
    const { matrix, fromMs, toMs } = this.#part;
    const { starts, times } = matrix;
    const end = starts[this.#series + 1];
    const from = firstAfter(times, fromMs - 1, starts[this.#series], end);
    const to = firstAfter(times, toMs, from, end);
    this.#series++;
    return { matrix, from, to };
  }
}

function first(cursors: readonly PartCursor[]): Labels | undefined {
  let least: Labels | undefined;
  for (const { labels } of cursors) {
    if (labels && (!least || (labels !== least && labels.compare(least) < 0))) least = labels;
  }
  return least;
}

async function pause(signal: AbortSignal): Promise<void> {
  await nextTurn();
  if (signal.aborted) throw new TinyObsError('query_canceled', 'query was canceled in query execution');
}

/** The first place whose time is above one in whole ms. */
function firstAfter(times: Float64Array, timeMs: number, from: number, to: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle] > timeMs) high = middle;
    else low = middle + 1;
  }
  return low;
}

async function copied(stretches: readonly Stretch[], points: number, signal: AbortSignal) {
  const times = new Float64Array(points);
  const values = new Float64Array(points);
  let place = 0;
  for (const [i, { matrix, from, to }] of stretches.entries()) {
    times.set(matrix.times.subarray(from, to), place);
    values.set(matrix.values.subarray(from, to), place);
    place += to - from;
    if (i % SERIES_PER_SLICE === SERIES_PER_SLICE - 1) await pause(signal);
  }
  return { times, values };
}
