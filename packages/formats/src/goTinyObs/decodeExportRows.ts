import { LabelsBuilder, type WriteBatch } from '@tinyobs/model';
import { parseJson } from '../json/parseJson.js';
import { isRecord, RowReader } from '../json/rowReader.js';
import { MetadataCollector } from '../metricFamilies.js';
import { type DecodeResult, Refusals } from '../refusals.js';
import type { RowsPiece } from './exportSplitter.js';
import { joinBytes } from './joinBytes.js';

/** The label by which the Go TinyObs tells averages from samples, and what else it says of them in labels. */
const RESOLUTION = '__resolution__';
const STATISTICS = ['__sum__', '__count__', '__min__', '__max__'];

/** What Go writes for no time. */
const NO_TIME = '0001-01-01T00:00:00Z';

/**
 * Adds rows of an export of the Go TinyObs to a batch. They are those of TinyObs JSON, each with its time. Averages that
 * it made of old samples become series `<metric>:avg_<resolution>`, so that they do not lie among samples; what they
 * have of it in labels is left out.
 *
 * @param firstRow The number of the first row in the export, from 0.
 * @throws TinyObsError `malformed_json` with its place in the export; the batch is unchanged then.
 */
export function decodeExportRows(piece: RowsPiece, batch: WriteBatch, firstRow: number): DecodeResult {
  const rows = parseRows(piece);
  const builder = new LabelsBuilder();
  const metadata = new MetadataCollector();
  const refusals = new Refusals();
  const reader = new RowReader(builder, metadata, Number.NaN);
  for (const [i, given] of rows.entries()) {
    const row = firstRow + i;
    if (!hasTime(given)) {
      const message = '"timestamp" is missing; an export says when each of its samples was taken';
      refusals.add('invalid_timestamp', () => ({ row, message }));
      continue;
    }
    if (!reader.read(averageApart(given))) {
      refusals.add(reader.failedCode, () => ({ row, message: reader.describeFailure() }));
      continue;
    }
    const series = builder.writeTo(batch);
    if (reader.isStale) batch.addStaleMarker(series, reader.timeMs, row);
    else batch.addSample(series, reader.timeMs, reader.value, row);
  }
  metadata.addTo(batch);
  return { rows: rows.length, ...refusals.result() };
}

function parseRows({ bytes, start }: RowsPiece): unknown[] {
  const array = joinBytes('[', bytes, ']');
  const { parsed } = parseJson(array, { ...start, offset: start.offset - 1, column: start.column - 1 });
  return parsed as unknown[];
}

function hasTime(row: unknown): boolean {
  if (!isRecord(row)) return true;
  const { timestamp } = row;
  return timestamp !== undefined && timestamp !== null && timestamp !== NO_TIME;
}

/** A row as it is, or that of an average under a name of its own. */
function averageApart(row: unknown): unknown {
  if (!isRecord(row) || typeof row['name'] !== 'string' || !isRecord(row['labels'])) return row;
  const resolution = row['labels'][RESOLUTION];
  if (typeof resolution !== 'string' || resolution === '') return row;
  const labels = { ...row['labels'] };
  for (const name of [RESOLUTION, ...STATISTICS]) delete labels[name];
  return { ...row, name: `${row['name']}:avg_${resolution}`, labels };
}
