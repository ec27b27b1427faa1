/** Relative difference between two servers' values that rounding explains. */
const CLOSE = 1e-6;

type Point = readonly [seconds: number, value: string];

interface AnsweredSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: Point;
  readonly values?: readonly Point[];
}

/** How an answer differs from the reference; undefined when it does not. With `countsOnly` values may differ. */
export function differenceOf(answer: string, reference: string, countsOnly: boolean): string | undefined {
  const found = seriesOf(answer);
  const expected = seriesOf(reference);
  if (expected.length === 0) return 'the reference is empty';
  if (found.length !== expected.length) return `${found.length} series instead of ${expected.length}`;
  if (countsOnly) return undefined;
  const byLabels = new Map(found.map((series) => [keyOf(series), series]));
  for (const series of expected) {
    const other = byLabels.get(keyOf(series));
    if (!other) return `no series ${keyOf(series)}`;
    const difference = differenceOfPoints(pointsOf(other), pointsOf(series));
    if (difference !== undefined) return `${keyOf(series)}: ${difference}`;
  }
  return undefined;
}

function differenceOfPoints(found: readonly Point[], expected: readonly Point[]): string | undefined {
  if (found.length !== expected.length) return `${found.length} points instead of ${expected.length}`;
  for (const [i, [seconds, text]] of expected.entries()) {
    const [otherSeconds, otherText] = found[i];
    if (seconds !== otherSeconds) return `a point at ${otherSeconds} instead of ${seconds}`;
    if (text === otherText) continue;
    const value = Number(text);
    const other = Number(otherText);
    if (Math.abs(value - other) <= CLOSE * Math.abs(value)) continue;
    return `${otherText} instead of ${text} at ${seconds}`;
  }
  return undefined;
}

function seriesOf(answer: string): AnsweredSeries[] {
  return (JSON.parse(answer) as { data: { result: AnsweredSeries[] } }).data.result;
}

function pointsOf({ value, values }: AnsweredSeries): readonly Point[] {
  return values ?? (value ? [value] : []);
}

function keyOf({ metric }: AnsweredSeries): string {
  return JSON.stringify(Object.entries(metric).sort(([a], [b]) => (a < b ? -1 : 1)));
}
