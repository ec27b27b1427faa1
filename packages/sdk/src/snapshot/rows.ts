import { OVERFLOW_LABEL } from '../labels.js';
import type { Exemplar } from '../series/exemplars.js';
import type { Part } from '../series/layout.js';
import type { LabelColumns } from '../series/seriesTable.js';
import type { Family, MetricSnapshot, Snapshot } from './snapshot.js';

/** A label of a series: its name and the text of its value. */
export type Label = readonly [name: string, text: string];

/** One sample of a snapshot. */
export interface Row {
  readonly family: Family;
  readonly part: Part;
  /** Those of the series, without those of the client and the part; the same array for all its rows. */
  readonly labels: readonly Label[];
  readonly value: number | 'stale';
  readonly timestampMs: number;
  readonly exemplar?: Exemplar;
}

/** The samples of a snapshot, a metric's together, a series' together, and the zero sample before its first. */
export function* rowsOf(snapshot: Pick<Snapshot, 'timestampMs' | 'metrics'>): Generator<Row> {
  for (const metric of snapshot.metrics) yield* rowsOfMetric(metric, snapshot.timestampMs);
}

function* rowsOfMetric(metric: MetricSnapshot, timestampMs: number): Generator<Row> {
  const { family, parts, values, zeroAtMs, stale, exemplars } = metric;
  for (let series = 0; series < stale.length; series++) {
    const labels = seriesLabels(metric, series);
    const at = series * parts.length;
    metric.deferred[series]?.(values, at);
    if (!Number.isNaN(zeroAtMs[series])) {
      for (const part of parts) {
        if (part.countsUp) yield { family, part, labels, value: 0, timestampMs: zeroAtMs[series] };
      }
    }
    for (let i = 0; i < parts.length; i++) {
      const value = stale[series] === 1 ? 'stale' : values[at + i];
      yield { family, part: parts[i], labels, value, timestampMs, exemplar: exemplars.get(at + i) };
    }
  }
}

function seriesLabels({ labels, overflowAt }: MetricSnapshot, series: number): Label[] {
  return series === overflowAt ? [[OVERFLOW_LABEL, 'true']] : labelsAt(labels, series);
}

function labelsAt({ names, texts, ids }: LabelColumns, series: number): Label[] {
  const found: Label[] = [];
  for (let column = 0; column < names.length; column++) {
    const id = ids[series * names.length + column];
    if (id !== 0) found.push([names[column], texts[id]]);
  }
  return found;
}
