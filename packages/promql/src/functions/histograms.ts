import type { Labels } from '@tinyobs/model';
import type { Call } from '../ast.js';
import { bucketQuantile, coalesce, makeMonotonic } from '../eval/bucketQuantile.js';
import { type Columns, ColumnsBuilder, LabelColumn, withoutMetricName } from '../eval/columns.js';
import type { Evaluator } from '../eval/evaluator.js';
import type { Grid } from '../eval/grid.js';
import { vectorOf } from '../eval/value.js';
import type { WorkClock } from '../eval/workClock.js';
import { define, type FunctionDefinition } from './definition.js';

/** Functions of classic histograms: cumulative buckets told apart by their label `le`. */
export const HISTOGRAM_FUNCTIONS: readonly FunctionDefinition[] = [
  define('histogram_quantile', ['scalar', 'instant vector'], { kind: 'call', evaluate: histogramQuantile }),
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
  const histograms = await findHistograms(columns, evaluator.clock, (metric, le) =>
    evaluator.annotations.warn(
      vectorArg,
      `bucket label "le" is missing or has a malformed value of ${JSON.stringify(le)}${forMetric(metric)}`,
    ),
  );
  const builder = new ColumnsBuilder(grid.steps, histograms.length);
  for (const histogram of histograms) {
    const row = builder.addRow();
    for (let step = 0; step < grid.steps; step++) {
      const buckets = bucketsAt(columns, histogram, step);
      if (buckets.bounds.length === 0) continue;
      coalesce(buckets);
      const q = quantiles[step];
      const looksAtCounts = q >= 0 && q <= 1 && buckets.bounds.at(-1) === Number.POSITIVE_INFINITY;
      if (looksAtCounts && makeMonotonic(buckets)) {
        evaluator.annotations.info(
          vectorArg,
          'input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)',
        );
      }
      builder.values[row + step] = bucketQuantile(q, buckets);
      builder.present[row + step] = 1;
    }
    if (evaluator.clock.due) await evaluator.clock.pause();
  }
  const labels = LabelColumn.of(histograms.map((histogram) => histogram.labels));
  return vectorOf(await withoutMetricName(builder.finish(labels), evaluator.clock));
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
