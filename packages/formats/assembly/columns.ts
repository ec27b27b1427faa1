/*
 * What is taken of a body: references of series, and samples, in columns.
 */

let references: usize = 0;
let sampleSeries: usize = 0;
let times: usize = 0;
let values: usize = 0;
let columnsMax: u32 = 0;

/** Added to the place of a series in the columns: its index in the batch. */
let firstSeries: u32 = 0;

/** What is in the columns. */
export let seriesCount: u32 = 0;
export let sampleCount: u32 = 0;

export function layOutColumns(
  referencesAt: usize,
  sampleSeriesAt: usize,
  timesAt: usize,
  valuesAt: usize,
  most: u32,
): void {
  references = referencesAt;
  sampleSeries = sampleSeriesAt;
  times = timesAt;
  values = valuesAt;
  columnsMax = most;
}

/** Empties the columns, for series whose indexes in the batch begin with `series`. */
export function emptyColumns(series: u32): void {
  firstSeries = series;
  seriesCount = 0;
  sampleCount = 0;
}

export function hasRoomForSeries(): bool {
  return seriesCount < columnsMax;
}

export function hasRoomForSample(): bool {
  return sampleCount < columnsMax;
}

/** Adds a sample of the series that `endSeries` adds next. */
export function addSample(time: f64, value: u64): void {
  const index = <usize>sampleCount;
  store<u32>(sampleSeries + (index << 2), firstSeries + seriesCount);
  store<f64>(times + (index << 3), time);
  store<u64>(values + (index << 3), value);
  sampleCount++;
}

/** Gives the samples from `first` on another time. */
export function setTimes(first: u32, time: f64): void {
  for (let index = first; index < sampleCount; index++) store<f64>(times + ((<usize>index) << 3), time);
}

/** Leaves only so many series of one sample each. */
export function cutColumns(count: u32): void {
  seriesCount = count;
  sampleCount = count;
}

/** Takes samples away again of which `endSeries` has not added the series. */
export function cutSamples(count: u32): void {
  sampleCount = count;
}

/** Adds the series of the samples added since the last one. */
export function endSeries(reference: u32): void {
  store<u32>(references + ((<usize>seriesCount) << 2), reference);
  seriesCount++;
}
