export type MetricType = 'counter' | 'gauge' | 'histogram';

/** What all series of a metric share. */
export interface Family {
  readonly name: string;
  readonly type: MetricType;
  readonly help?: string;
  readonly unit?: string;
}

/** One sample of a snapshot, before it is text. Values are those of the moment the snapshot was taken. */
export interface Row {
  readonly family: Family;
  /** '' or, in a histogram, '_bucket', '_sum' or '_count'. */
  readonly suffix: string;
  /** Members of a JSON object, without braces; never empty, since every series has `job` and `instance`. */
  readonly labelsJson: string;
  /** The upper bound of a histogram bucket. */
  readonly le?: string;
  readonly value: number | 'stale';
}

/** Writes one element of the `metrics` array of `POST /v1/ingest`. */
export function encodeRow(row: Row, options: { timestampMs: number; withMetadata: boolean }): string {
  const { family } = row;
  const le = row.le === undefined ? '' : `,"le":"${row.le}"`;
  let metadata = '';
  if (options.withMetadata) {
    if (family.help !== undefined) metadata += `,"help":${JSON.stringify(family.help)}`;
    if (family.unit !== undefined) metadata += `,"unit":${JSON.stringify(family.unit)}`;
  }
  return (
    `{"name":"${family.name}${row.suffix}","type":"${family.type}"${metadata},"value":${encodeValue(row.value)},` +
    `"labels":{${row.labelsJson}${le}},"timestamp":${options.timestampMs}}`
  );
}

/** JSON has no words for what is not finite; the wire format spells them as strings. */
function encodeValue(value: number | 'stale'): string {
  if (value === 'stale' || Number.isNaN(value)) return value === 'stale' ? '"stale"' : '"NaN"';
  if (!Number.isFinite(value)) return value > 0 ? '"+Inf"' : '"-Inf"';
  return String(value);
}
