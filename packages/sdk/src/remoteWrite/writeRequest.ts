import { Turns } from '../snapshot/turns.js';
import { ProtobufWriter } from './protobufWriter.js';

/** An element of the body of `POST /v1/ingest`, as the client writes it. */
export interface IngestRow {
  readonly name: string;
  readonly type: string;
  readonly help?: string;
  readonly unit?: string;
  readonly value: number | string;
  readonly labels: Readonly<Record<string, string>>;
  readonly timestamp: number;
}

/** The NaN that says that a series has ended. */
const STALE_BITS = 0x7ff0_0000_0000_0002n;
const NAN_BITS = 0x7ff8_0000_0000_0001n;
/** MetricMetadata.MetricType. */
const METRIC_TYPES: Readonly<Record<string, number>> = { counter: 1, gauge: 2, histogram: 3, summary: 5 };
/**
 * Writes a `prometheus.WriteRequest`: one TimeSeries for each row, in their order, which is that of time within a
 * series; and what is said of metrics. In slices, so that the app gets its turn meanwhile.
 *
 * Source: https://prometheus.io/docs/specs/prw/remote_write_spec/ and Prometheus' prompb/remote.proto, prompb/types.proto
 */
export async function encodeWriteRequest(rows: readonly IngestRow[]): Promise<Uint8Array<ArrayBuffer>> {
  const request = new ProtobufWriter();
  const [part, label] = [new ProtobufWriter(), new ProtobufWriter()];
  const turns = new Turns();
  let family = '';
  for (const row of rows) {
    part.clear();
    writeSeries(row, part, label);
    request.bytes(1, part.written);
    if (familyOf(row) !== family) {
      family = familyOf(row);
      part.clear();
      writeMetadata(row, part);
      request.bytes(3, part.written);
    }
    if (turns.isOver) await turns.next();
  }
  return request.written;
}

function writeSeries(
  { name, labels, value, timestamp }: IngestRow,
  series: ProtobufWriter,
  part: ProtobufWriter,
): void {
  const sorted = Object.entries({ ...labels, __name__: name }).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [labelName, text] of sorted) {
    part.clear();
    part.text(1, labelName);
    part.text(2, text);
    series.bytes(1, part.written);
  }
  part.clear();
  part.double(1, bitsOf(value));
  part.integer(2, timestamp);
  series.bytes(2, part.written);
}

function writeMetadata(row: IngestRow, part: ProtobufWriter): void {
  part.integer(1, METRIC_TYPES[row.type] ?? 0);
  part.text(2, familyOf(row));
  part.text(4, row.help ?? '');
  part.text(5, row.unit ?? '');
}

/** The metric that a row belongs to: its name, but for the suffixes that sums, counts and buckets have. */
function familyOf({ name, type, labels }: IngestRow): string {
  const isPart = type === 'histogram' || (type === 'summary' && labels['quantile'] === undefined);
  return isPart ? name.replace(/_(?:bucket|sum|count)$/, '') : name;
}

const VALUE = new DataView(new ArrayBuffer(8));

/** The bits of a double, of which NaNs have several that mean something. */
function bitsOf(value: number | string): bigint {
  if (value === 'stale') return STALE_BITS;
  if (value === 'NaN') return NAN_BITS;
  VALUE.setFloat64(0, Number(String(value).replace('Inf', 'Infinity')));
  return VALUE.getBigUint64(0);
}
