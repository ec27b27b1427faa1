import { type ErrorCode, type Exemplar, type LabelCursor, NO_ROW, type WriteBatch } from '@tinyobs/model';
import type { Config } from '../config/schema.js';
import type { Refusals } from './refusals.js';

/** A label in canonical bytes has at least a byte of name and one of value, each behind its length. */
const LABEL_BYTES_MIN = 4;

/** Takes the samples and exemplars that break a limit out of the batch, and says of samples which and why. */
export function checkBatch(batch: WriteBatch, limits: Config['limits'], nowMs: number): Refusals {
  const refusals: Refusals = { rows: [], codes: [], series: [] };
  const badSeries = findBadSeries(batch, limits);
  const latestMs = nowMs + limits.futureTime;
  batch.retainSamples((sample) => {
    const series = batch.sampleSeries[sample];
    const code = batch.times[sample] > latestMs ? 'sample_too_new' : badSeries?.get(series);
    if (code === undefined) return true;
    if (batch.rows[sample] === NO_ROW) return false;
    refusals.rows.push(batch.rows[sample]);
    refusals.codes.push(code);
    refusals.series.push(series);
    return false;
  });
  retainExemplars(batch.exemplars, ({ series, timeMs }) => timeMs <= latestMs && !badSeries?.has(series));
  return refusals;
}

function retainExemplars(exemplars: Exemplar[], wanted: (exemplar: Exemplar) => boolean): void {
  let kept = 0;
  for (const exemplar of exemplars) if (wanted(exemplar)) exemplars[kept++] = exemplar;
  exemplars.length = kept;
}

/** Series whose labels break a limit; undefined for the usual batch, which has none. */
function findBadSeries(batch: WriteBatch, limits: Config['limits']): Map<number, ErrorCode> | undefined {
  let bad: Map<number, ErrorCode> | undefined;
  const cursor = batch.labelCursor(0);
  const harmlessBytes = harmlessLength(limits);
  for (let series = 0; series < batch.seriesCount; series++) {
    const start = batch.seriesStarts[series];
    const end = batch.seriesStarts[series + 1];
    if (end - start <= harmlessBytes) continue;
    cursor.reset(batch.arena, start, end);
    const code = checkLabels(cursor, limits);
    if (code === undefined) continue;
    bad ??= new Map();
    bad.set(series, code);
  }
  return bad;
}

/** Bytes in which no labels can break a limit: the usual series is not looked into at all. */
function harmlessLength({ labelsPerSeries, labelNameBytes, labelValueBytes }: Config['limits']): number {
  return Math.min(labelsPerSeries * LABEL_BYTES_MIN, labelNameBytes, labelValueBytes);
}

function checkLabels(cursor: LabelCursor, limits: Config['limits']): ErrorCode | undefined {
  let count = 0;
  while (cursor.next()) {
    count++;
    if (cursor.nameEnd - cursor.nameStart > limits.labelNameBytes) return 'label_name_too_long';
    if (cursor.valueEnd - cursor.valueStart > limits.labelValueBytes) return 'label_value_too_long';
  }
  return count > limits.labelsPerSeries ? 'too_many_labels' : undefined;
}
