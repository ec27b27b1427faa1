import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Labels, METRIC_NAME, type SeriesId } from '@tinyobs/model';

/** Series looked at between two turns of the event loop. */
const SLICE = 1024;

export interface NamedCount {
  readonly name: string;
  readonly value: number;
}

/** Which names and values there are many of, the most first. */
export interface Cardinality {
  readonly numSeries: number;
  readonly numLabelPairs: number;
  readonly seriesCountByMetricName: readonly NamedCount[];
  readonly labelValueCountByLabelName: readonly NamedCount[];
  /** Bytes of the different values of each label. */
  readonly memoryInBytesByLabelName: readonly NamedCount[];
  readonly seriesCountByLabelValuePair: readonly NamedCount[];
}

interface LabelCounts {
  readonly seriesByValue: Map<string, number>;
  bytes: number;
}

/** Counts over the labels of series, letting the event loop turn in between. */
export async function countCardinality(
  ids: readonly SeriesId[],
  { labelsOf, listed, signal }: { labelsOf: (id: SeriesId) => Labels; listed: number; signal: AbortSignal },
): Promise<Cardinality> {
  const byLabel = new Map<string, LabelCounts>();
  for (const [i, id] of ids.entries()) {
    if (i % SLICE === SLICE - 1) await nextTurn(undefined, { signal });
    for (const [name, value] of labelsOf(id)) count(byLabel, name, value);
  }
  const labels = [...byLabel];
  const pairs = labels.flatMap(([name, { seriesByValue }]) =>
    most(seriesByValue, listed).map((one) => ({ name: `${name}=${one.name}`, value: one.value })),
  );
  return {
    numSeries: ids.length,
    numLabelPairs: labels.reduce((sum, [, { seriesByValue }]) => sum + seriesByValue.size, 0),
    seriesCountByMetricName: most(byLabel.get(METRIC_NAME)?.seriesByValue ?? [], listed),
    labelValueCountByLabelName: most(
      labels.map(([name, { seriesByValue }]) => [name, seriesByValue.size]),
      listed,
    ),
    memoryInBytesByLabelName: most(
      labels.map(([name, { bytes }]) => [name, bytes]),
      listed,
    ),
    seriesCountByLabelValuePair: most(
      pairs.map(({ name, value }) => [name, value]),
      listed,
    ),
  };
}

function count(byLabel: Map<string, LabelCounts>, name: string, value: string): void {
  let counts = byLabel.get(name);
  if (!counts) {
    counts = { seriesByValue: new Map(), bytes: 0 };
    byLabel.set(name, counts);
  }
  const before = counts.seriesByValue.get(value);
  if (before === undefined) counts.bytes += Buffer.byteLength(value);
  counts.seriesByValue.set(value, (before ?? 0) + 1);
}

/** The largest counts, found without ordering all of them. */
function most(counts: Iterable<readonly [name: string, value: number]>, listed: number): NamedCount[] {
  let top: NamedCount[] = [];
  for (const [name, value] of counts) {
    if (top.length >= 2 * listed) top = largest(top, listed);
    top.push({ name, value });
  }
  return largest(top, listed);
}

function largest(counts: readonly NamedCount[], listed: number): NamedCount[] {
  return [...counts].sort((a, b) => b.value - a.value).slice(0, listed);
}
