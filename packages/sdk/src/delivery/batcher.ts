import { BATCH_CHARS_MAX, BATCH_ROWS_MAX } from '../constants.js';
import type { Row } from '../snapshot/rows.js';
import { Turns } from '../snapshot/turns.js';
import { RowEncoder } from './encodeRow.js';
import type { Transport } from './transport.js';

export interface Batch {
  /** A request body of `POST /v1/ingest`. */
  readonly body: string;
  readonly rowCount: number;
}

/**
 * Cuts rows into request bodies. Lazy: a batch is encoded when it is about to be sent, so only one is held
 * as text, and in slices, so that the app's event loop gets its turn meanwhile. Help and unit go once per metric
 * and batch.
 */
export async function* batches(
  rows: Iterable<Row>,
  clientLabels: Readonly<Record<string, string>>,
  transport: Pick<Transport, 'rowsMax'>,
): AsyncGenerator<Batch> {
  const encoder = new RowEncoder(clientLabels);
  const turns = new Turns();
  // Where the rows come from was a slice of its own.
  await turns.next();
  let parts: string[] = [];
  let chars = 0;
  for (const row of rows) {
    let text = encoder.encode(row);
    const isFull =
      parts.length >= (transport.rowsMax ?? BATCH_ROWS_MAX) || chars + text.length > BATCH_CHARS_MAX;
    if (parts.length > 0 && isFull) {
      yield close(parts);
      parts = [];
      chars = 0;
      encoder.restart();
      text = encoder.encode(row);
    }
    parts.push(text);
    chars += text.length + 1;
    if (turns.isOver) await turns.next();
  }
  if (parts.length > 0) yield close(parts);
}

function close(parts: readonly string[]): Batch {
  return { body: `{"metrics":[${parts.join(',')}]}`, rowCount: parts.length };
}
