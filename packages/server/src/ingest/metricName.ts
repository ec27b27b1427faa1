import { METRIC_NAME, type WriteBatch } from '@tinyobs/model';
import type { Store } from '@tinyobs/storage';

const NAME_BYTES = new TextEncoder().encode(METRIC_NAME);
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The metric name of a series of a batch, '' for none; its other labels are not read. */
export function metricNameOf(batch: WriteBatch, series: number, store: Store): string {
  if (batch.isByReference(series)) return store.labels(batch.references[series] - 1).metricName;
  const { arena } = batch;
  const cursor = batch.labelCursor(series);
  while (cursor.next()) {
    const isName =
      cursor.nameEnd - cursor.nameStart === NAME_BYTES.length &&
      NAME_BYTES.every((byte, i) => arena[cursor.nameStart + i] === byte);
    if (isName) return decoder.decode(arena.subarray(cursor.valueStart, cursor.valueEnd));
  }
  return '';
}
