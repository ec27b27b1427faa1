import type { Labels } from '@tinyobs/model';
import type { Call, Expr, Span } from '../ast.js';
import { bucketFraction } from '../eval/bucketFraction.js';
import { type Buckets, bucketQuantile, coalesce, makeMonotonic } from '../eval/bucketQuantile.js';
import {
  type Columns,
  ColumnsBuilder,
  concatenate,
  LabelColumn,
  mergeEqualLabels,
  withoutMetricName,
} from '../eval/columns.js';
import type { Evaluator } from '../eval/evaluator.js';
import type { Grid } from '../eval/grid.js';
import { vectorOf } from '../eval/value.js';
import type { WorkClock } from '../eval/workClock.js';
import { formatFloat } from '../formatFloat.js';
import { define, experimental, type FunctionDefinition } from './definition.js';

/** What taking in a bucket costs, in values. */
const BUCKET_VALUES = 16;

/** Quantiles that one call of `histogram_quantiles` may ask for. */
const QUANTILES_MAX = 10;

/**
 * Functions of classic histograms: cumulative buckets told apart by their label `le`; those of native histograms
 * have nothing to say about floats.
 */
export const HISTOGRAM_FUNCTIONS: readonly FunctionDefinition[] = [
  define('histogram_quantile', ['scalar', 'instant vector'], { kind: 'call', evaluate: histogramQuantile }),
  experimental(
    define(
      'histogram_quantiles',
      ['instant vector', 'string', 'scalar'],
      { kind: 'call', evaluate: histogramQuantiles },
      { repeatsMax: QUANTILES_MAX },
    ),
  ),
  define('histogram_fraction', ['scalar', 'scalar', 'instant vector'], {
    kind: 'call',
    evaluate: histogramFraction,
  }),
  ...['histogram_avg', 'histogram_count', 'histogram_stddev', 'histogram_stdvar', 'histogram_sum'].map(
    (name) => define(name, ['instant vector'], { kind: 'call', evaluate: nothing }),
  ),
];

/** The buckets of one histogram: rows and their upper bounds, ascending. */
interface Histogram {
  readonly labels: Labels;
  readonly rows: number[];
  readonly bounds: number[];
}

async function histogramQuantile(evaluator: Evaluator, call: Call, grid: Grid) {
  const [quantileArg, vectorArg] = call.args;
  const quantiles = await evaluator.scalar(quantileArg, grid);
  evaluator.warnOfQuantiles(quantileArg, quantiles);
  const columns = await evaluator.vector(vectorArg, grid);
  return eachHistogram(evaluator, vectorArg, columns, (buckets, step) =>
    quantileWithNote(evaluator, vectorArg, buckets, quantiles[step]),
  );
}

/** Several quantiles at once, told apart by a label. */
async function histogramQuantiles(evaluator: Evaluator, call: Call, grid: Grid) {
  const [vectorArg, labelArg, ...quantileArgs] = call.args;
  const label = evaluator.text(labelArg);
  let all: Columns | undefined;
  for (const quantileArg of quantileArgs) {
    const quantiles = await evaluator.scalar(quantileArg, grid);
    evaluator.warnOfQuantiles(quantileArg, quantiles);
    for (const q of new Set(quantiles)) {
      const columns = await evaluator.vector(vectorArg, grid);
      for (let step = 0; step < grid.steps; step++) {
        if (Object.is(quantiles[step], q)) continue;
        for (let row = 0; row < columns.count; row++) columns.present[row * grid.steps + step] = 0;
        if (evaluator.clock.dueAfter(columns.count)) await evaluator.clock.pause();
      }
      const value = await eachHistogram(evaluator, vectorArg, columns, (buckets) =>
        quantileWithNote(evaluator, vectorArg, buckets, q),
      );
      const named = withLabel(value.columns, label, formatOpenMetricsFloat(q));
      all = all ? await concatenate(all, named, evaluator.clock) : named;
    }
  }
  return vectorOf(await mergeEqualLabels(all as Columns, evaluator.work));
}

async function histogramFraction(evaluator: Evaluator, call: Call, grid: Grid) {
  const [lowerArg, upperArg, vectorArg] = call.args;
  const lower = await evaluator.scalar(lowerArg, grid);
  const upper = await evaluator.scalar(upperArg, grid);
  const columns = await evaluator.vector(vectorArg, grid);
  return eachHistogram(evaluator, vectorArg, columns, (buckets, step) =>
    bucketFraction(lower[step], upper[step], buckets),
  );
}

async function nothing(evaluator: Evaluator, call: Call, grid: Grid) {
  await evaluator.vector(call.args[0], grid);
  return vectorOf(new ColumnsBuilder(grid.steps, 0).finish(LabelColumn.of([])));
}

function quantileWithNote(evaluator: Evaluator, span: Span, buckets: Buckets, q: number): number {
  const looksAtCounts = q >= 0 && q <= 1 && buckets.bounds.at(-1) === Number.POSITIVE_INFINITY;
  if (looksAtCounts && makeMonotonic(buckets)) {
    evaluator.annotations.info(
      span,
      'input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)',
    );
  }
  return bucketQuantile(q, buckets);
}

/** One value for each histogram, at the steps at which it has buckets. */
async function eachHistogram(
  evaluator: Evaluator,
  vectorArg: Expr,
  columns: Columns,
  compute: (buckets: Buckets, step: number) => number,
) {
  const histograms = await findHistograms(columns, evaluator.clock, (metric, le) =>
    evaluator.annotations.warn(
      vectorArg,
      `bucket label "le" is missing or has a malformed value of ${JSON.stringify(le)}${forMetric(metric)}`,
    ),
  );
  evaluator.work.budget.hold(histograms.length * columns.steps);
  const builder = new ColumnsBuilder(columns.steps, histograms.length);
  for (const histogram of histograms) {
    const row = builder.addRow();
    for (let step = 0; step < columns.steps; step++) {
      if (evaluator.clock.dueAfter(BUCKET_VALUES * (1 + histogram.rows.length)))
        await evaluator.clock.pause();
      const buckets = bucketsAt(columns, histogram, step);
      if (buckets.bounds.length === 0) continue;
      coalesce(buckets);
      builder.values[row + step] = compute(buckets, step);
      builder.present[row + step] = 1;
    }
  }
  const labels = LabelColumn.of(histograms.map((histogram) => histogram.labels));
  const named = await withoutMetricName(builder.finish(labels), evaluator.work);
  return { type: 'vector' as const, columns: named };
}

async function findHistograms(
  columns: Columns,
  clock: WorkClock,
  onBadBucket: (metric: string, le: string) => void,
): Promise<Histogram[]> {
  const byKey = new Map<string, Histogram>();
  for (let row = 0; row < columns.count; row++) {
    if (clock.due) await clock.pause();
    const all = columns.labels.at(row);
    const bound = parseBound(all.get('le'));
    if (bound === undefined) {
      onBadBucket(all.metricName, all.get('le'));
      continue;
    }
    const labels = all.with('le', '');
    let histogram = byKey.get(labels.key);
    if (!histogram) {
      histogram = { labels, rows: [], bounds: [] };
      byKey.set(labels.key, histogram);
    }
    const place = histogram.bounds.findLastIndex((other) => other <= bound) + 1;
    histogram.bounds.splice(place, 0, bound);
    histogram.rows.splice(place, 0, row);
  }
  return [...byKey.values()];
}

function bucketsAt(columns: Columns, histogram: Histogram, step: number) {
  const bounds: number[] = [];
  const counts: number[] = [];
  for (let i = 0; i < histogram.rows.length; i++) {
    const place = histogram.rows[i] * columns.steps + step;
    if (columns.present[place] === 0) continue;
    bounds.push(histogram.bounds[i]);
    counts.push(columns.values[place]);
  }
  return { bounds, counts };
}

function parseBound(text: string): number | undefined {
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (infinite) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

function forMetric(name: string): string {
  return name === '' ? '' : ` for metric name ${JSON.stringify(name)}`;
}

function withLabel(columns: Columns, name: string, value: string): Columns {
  const { labels } = columns;
  const named = new LabelColumn((row) => labels.at(row).with(name, value), labels);
  return { ...columns, labels: named };
}

/** As OpenMetrics has it: whole numbers end in `.0`. */
function formatOpenMetricsFloat(value: number): string {
  const text = formatFloat(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
