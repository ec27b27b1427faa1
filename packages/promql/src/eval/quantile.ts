/**
 * The q-quantile of some values by linear interpolation, NaN counting as the smallest. Reorders `values`.
 *
 * Source: https://prometheus.io/docs/prometheus/latest/querying/operators/#aggregation-operators
 */
export function quantileOf(q: number, values: Float64Array): number {
  if (values.length === 0 || Number.isNaN(q)) return Number.NaN;
  if (q < 0) return Number.NEGATIVE_INFINITY;
  if (q > 1) return Number.POSITIVE_INFINITY;
  const nans = moveNansToEnd(values);
  const numbers = values.subarray(0, values.length - nans);
  const last = values.length - 1;
  const rank = q * last;
  const lower = Math.floor(rank);
  const upper = Math.min(last, lower + 1);
  const weight = rank - lower;
  if (numbers.length <= SORTED_MAX) numbers.sort();
  else if (upper >= nans) placeInOrder(numbers, Math.max(0, lower - nans), upper - nans);
  return at(lower) * (1 - weight) + at(upper) * weight;

  function at(place: number): number {
    return place < nans ? Number.NaN : values[place - nans];
  }
}

/** More numbers than this are not sorted to find two of them. */
const SORTED_MAX = 4096;

/** Returns how many there are. */
function moveNansToEnd(values: Float64Array): number {
  let end = values.length;
  for (let i = values.length - 1; i >= 0; i--) {
    if (!Number.isNaN(values[i])) continue;
    values[i] = values[--end];
    values[end] = Number.NaN;
  }
  return values.length - end;
}

/**
 * Brings to the places `lower` and `upper`, which follow each other or are the same, what sorting would.
 *
 * Source: Hoare, "Algorithm 65: find", CACM 4 (1961); a range that shrinks too slowly is sorted.
 */
function placeInOrder(numbers: Float64Array, lower: number, upper: number): void {
  let from = 0;
  let to = numbers.length;
  for (let rounds = 0; to - from > SORTED_MAX && rounds < ROUNDS_MAX; rounds++) {
    const middle = partition(numbers, from, to);
    if (upper < middle) to = middle;
    else if (lower >= middle) from = middle;
    else break;
  }
  numbers.subarray(from, to).sort();
}

/** Halving would bring any array to the size that is sorted in fewer. */
const ROUNDS_MAX = 64;

/** Parts a range in two, neither empty, so that no number of the first is larger than one of the second. */
function partition(numbers: Float64Array, from: number, to: number): number {
  const pivot = medianOfThree(numbers[from], numbers[(from + to) >>> 1], numbers[to - 1]);
  let left = from;
  let right = to - 1;
  for (;;) {
    while (numbers[left] < pivot) left++;
    while (numbers[right] > pivot) right--;
    if (left >= right) return left === from ? from + 1 : left;
    const swapped = numbers[left];
    numbers[left++] = numbers[right];
    numbers[right--] = swapped;
  }
}

function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
