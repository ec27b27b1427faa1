import { OVERFLOW_LABEL } from '../labels.js';
import type { Exemplar } from '../series/exemplars.js';
import type { Part } from '../series/layout.js';
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
  const { family, layout, slots, numbers, deferred, zeroAtMs, stale, exemplars } = metric;
  const { parts, width } = layout;
  const values = new Float64Array(parts.length);
  for (let series = 0; series < slots.length; series++) {
    const labels = seriesLabels(metric, slots[series]);
    const at = slots[series] * width;
    layout.read(numbers, at, values);
    deferred[series]?.(values);
    if (!Number.isNaN(zeroAtMs[series])) {
      for (const part of parts) {
        if (part.countsUp) yield { family, part, labels, value: 0, timestampMs: zeroAtMs[series] };
      }
    }
    for (let i = 0; i < parts.length; i++) {
      const value = stale[series] === 1 ? 'stale' : values[i];
      const exemplar = i < width ? exemplars.get(at + i) : undefined;
      yield { family, part: parts[i], labels, value, timestampMs, exemplar };
    }
  }
}

function seriesLabels({ labels, overflowSlot }: MetricSnapshot, slot: number): Label[] {
  if (slot === overflowSlot) return [[OVERFLOW_LABEL, 'true']];
  const { names, texts, ids } = labels;
  const found: Label[] = [];
  for (let column = 0; column < names.length; column++) {
    const id = ids[slot * names.length + column];
    if (id !== 0) found.push([names[column], texts[id]]);
  }
  return found;
}
