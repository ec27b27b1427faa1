import { BATCH_CHARS_MAX, BATCH_ROWS_MAX } from './constants.js';
import { encodeRow, type Family, type Row } from './row.js';

export interface Batch {
  /** A request body of `POST /v1/ingest`. */
  readonly body: string;
  readonly rowCount: number;
}

/**
 * Cuts a snapshot into request bodies. Lazy: a batch is encoded when it is about to be sent, so only one is held
 * as text, and the app's event loop gets its turn between two. Help and unit go once per metric and batch.
 */
export function* batches(rows: readonly Row[], timestampMs: number): Generator<Batch> {
  let parts: string[] = [];
  let chars = 0;
  let family: Family | undefined;
  for (const row of rows) {
    const text = encodeRow(row, { timestampMs, withMetadata: row.family !== family });
    if (parts.length > 0 && (parts.length >= BATCH_ROWS_MAX || chars + text.length > BATCH_CHARS_MAX)) {
      yield close(parts);
      parts = [];
      chars = 0;
    }
    family = row.family;
    parts.push(text);
    chars += text.length + 1;
  }
  if (parts.length > 0) yield close(parts);
}

function close(parts: readonly string[]): Batch {
  return { body: `{"metrics":[${parts.join(',')}]}`, rowCount: parts.length };
}
