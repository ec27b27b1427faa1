import { LabelsBuilder, nearestName, TinyObsError, type WriteBatch } from '@tinyobs/model';
import { MetadataCollector } from '../metricFamilies.js';
import { quoted } from '../quoted.js';
import { type DecodeResult, Refusals } from '../refusals.js';
import { parseJson } from './parseJson.js';
import { describeType, RowReader } from './rowReader.js';

const EXAMPLE =
  '{"metrics":[{"name":"http_requests_total","type":"counter","value":1,"labels":{"code":"200"}}]}';

/**
 * Adds the rows of a TinyObs JSON body, `{"metrics":[{name, type, value, labels, timestamp, help, unit}]}`, to
 * a batch. Rows count from 0 and stand alone: a bad one is refused by `invalid_row`, `invalid_metric_name`,
 * `invalid_label`, `invalid_value` or `invalid_timestamp`, the others are added.
 *
 * @param options.nowMs Time of rows without a timestamp, ms since the epoch.
 * @param options.rowsMax Most rows taken; no limit when it is not given.
 * @throws TinyObsError `malformed_json` when the body is not JSON or not of that shape, with `offset` (bytes
 * from 0), `line` and `column` (in bytes, from 1) where there is such a place; `body_too_large` for more rows
 * than `rowsMax`. The batch is unchanged then.
 */
export function decodeJson(
  body: Uint8Array,
  batch: WriteBatch,
  options: { nowMs: number; rowsMax?: number },
): DecodeResult {
  const rows = readRows(body);
  const { rowsMax = Infinity } = options;
  if (rows.length > rowsMax) {
    throw new TinyObsError('body_too_large', `${rows.length} rows in one body; send at most ${rowsMax}`, {
      details: { rows: rows.length, rowsMax },
    });
  }
  const builder = new LabelsBuilder();
  const metadata = new MetadataCollector();
  const refusals = new Refusals();
  const reader = new RowReader(builder, metadata, options.nowMs);
  for (let row = 0; row < rows.length; row++) {
    if (!reader.read(rows[row])) {
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

function readRows(body: Uint8Array): unknown[] {
  const { parsed } = parseJson(body);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw wrongShape(`the body is ${describeType(parsed)}, not an object`);
  }
  for (const key of Object.keys(parsed)) {
    if (key === 'metrics') continue;
    const meant = nearestName(key, ['metrics']);
    throw wrongShape(`unknown key ${quoted(key)}${meant === undefined ? '' : `; did you mean "${meant}"?`}`);
  }
  const metrics: unknown = 'metrics' in parsed ? parsed.metrics : undefined;
  if (!Array.isArray(metrics)) throw wrongShape(`"metrics" is ${describeType(metrics)}, not an array`);
  return metrics;
}

function wrongShape(problem: string): TinyObsError {
  return new TinyObsError('malformed_json', `${problem}; send ${EXAMPLE}`);
}
