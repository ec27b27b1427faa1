import { type Labels, TinyObsError } from '@tinyobs/model';
import { type Columns, withoutEmptyRows } from './columns.js';
import type { Groups } from './groupRows.js';
import { checkLimits } from './selectExtremes.js';
import type { WorkClock } from './workClock.js';
import { xxHash64 } from './xxHash64.js';

/** What the hash of a row's labels costs, in values. */
const ROW_VALUES = 2048;

const UINT64_MAX = 2 ** 64;
/** Longer names and values have their length in four bytes. */
const SHORT_TEXT_MAX = 254;

/**
 * The first k values of each group at each step; k may differ between steps.
 *
 * @throws TinyObsError `query_execution` when some k is not a number or beyond 64-bit integers.
 */
export async function limitToCount(
  columns: Columns,
  groups: Groups,
  limits: Float64Array,
  clock: WorkClock,
): Promise<Columns> {
  checkLimits(limits);
  const { steps, count, present } = columns;
  const taken = new Uint32Array(groups.labels.length * steps);
  for (let row = 0; row < count; row++) {
    for (let step = 0; step < steps; step++) {
      if (present[row * steps + step] === 0) continue;
      if (++taken[groups.groupOf[row] * steps + step] > Math.trunc(limits[step]))
        present[row * steps + step] = 0;
    }
    if (clock.dueAfter(4 * steps)) await clock.pause();
  }
  return withoutEmptyRows(columns, clock);
}

/**
 * The share of all values that a ratio between -1 and 1 stands for, chosen by the hash of their labels; a
 * negative ratio chooses what its complement leaves.
 *
 * @throws TinyObsError `query_execution` when some ratio is not a number.
 */
export async function limitToRatio(
  columns: Columns,
  ratios: Float64Array,
  clock: WorkClock,
): Promise<Columns> {
  if (ratios.some(Number.isNaN)) throw new TinyObsError('query_execution', 'Ratio value is NaN');
  const { steps, count, present } = columns;
  for (let row = 0; row < count; row++) {
    const offset = Number(xxHash64(labelBytes(columns.labels.at(row)))) / UINT64_MAX;
    for (let step = 0; step < steps; step++) {
      const ratio = Math.max(-1, Math.min(1, ratios[step]));
      const chosen = ratio >= 0 ? offset < ratio : offset >= 1 + ratio;
      if (!chosen) present[row * steps + step] = 0;
    }
    if (clock.dueAfter(ROW_VALUES + steps)) await clock.pause();
  }
  return withoutEmptyRows(columns, clock);
}

/** Labels as Prometheus holds and hashes them: names and values, each behind its length. */
function labelBytes(labels: Labels): Uint8Array {
  const encoder = new TextEncoder();
  const bytes: number[] = [];
  for (const text of [...labels].flat()) {
    const encoded = encoder.encode(text);
    const { length } = encoded;
    if (length <= SHORT_TEXT_MAX) bytes.push(length);
    else bytes.push(255, length & 255, (length >> 8) & 255, (length >> 16) & 255);
    for (const byte of encoded) bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}
