import { isStaleAt, METRIC_NAME, type MetricMetadata, type WriteBatch } from '@tinyobs/model';
import { findFamily } from '../metricFamilies.js';

/**
 * A batch as a TinyObs JSON body; `decodeJson` reads it back. Times are milliseconds. A family's type, help and
 * unit stand on its first row. Metadata without a sample, exemplars and NaN payloads other than the stale
 * marker have no place in the format.
 */
export function encodeJson(batch: WriteBatch): string {
  const families = new Map(batch.metadata.map((metadata) => [metadata.metric, metadata]));
  const seriesRows = new Map<number, SeriesRow>();
  const described = new Set<string>();
  const rows: string[] = [];
  for (let sample = 0; sample < batch.sampleCount; sample++) {
    const series = batch.sampleSeries[sample];
    let row = seriesRows.get(series);
    if (!row) {
      row = seriesRow(batch, series, families);
      seriesRows.set(series, row);
    }
    const { fields, family } = row;
    const description = family && !described.has(family.metric) ? metadataFields(family) : '';
    if (family) described.add(family.metric);
    rows.push(
      `{${fields}${description},"value":${valueJson(batch, sample)},"timestamp":${batch.times[sample]}}`,
    );
  }
  return `{"metrics":[${rows.join(',')}]}`;
}

interface SeriesRow {
  /** Name and labels as JSON, without braces. */
  readonly fields: string;
  readonly family: MetricMetadata | undefined;
}

function seriesRow(batch: WriteBatch, series: number, families: Map<string, MetricMetadata>): SeriesRow {
  const labels = batch.labelsOf(series);
  const name = labels.metricName;
  const others = labels.drop(new Set([METRIC_NAME]));
  const labelFields = others.size === 0 ? '' : `,"labels":${JSON.stringify(others.toObject())}`;
  return {
    fields: `"name":${JSON.stringify(name)}${labelFields}`,
    family: findFamily(name, (family) => families.get(family)),
  };
}

function metadataFields({ type, help, unit }: MetricMetadata): string {
  const helpField = help === '' ? '' : `,"help":${JSON.stringify(help)}`;
  const unitField = unit === '' ? '' : `,"unit":${JSON.stringify(unit)}`;
  return `,"type":"${type}"${helpField}${unitField}`;
}

function valueJson(batch: WriteBatch, sample: number): string {
  if (isStaleAt(batch.valueWords, sample)) return '"stale"';
  const value = batch.values[sample];
  if (Number.isNaN(value)) return '"NaN"';
  if (!Number.isFinite(value)) return value > 0 ? '"+Inf"' : '"-Inf"';
  return Object.is(value, -0) ? '-0' : String(value);
}
