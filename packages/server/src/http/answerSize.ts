import { TinyObsError } from '@tinyobs/model';
import type { QueryResult } from '@tinyobs/promql';
import { resultJson } from './resultJson.js';

/** Longest `,[time,"value"]` there is. */
const POINT_BYTES_MAX = 48;

/** Bytes that one UTF-16 unit of a label may take in JSON, and those around a name and its value. */
const UNIT_BYTES_MAX = 6;
const SERIES_BYTES_MAX = 64;
const LABEL_BYTES = 6;

/**
 * Refuses an answer that would be too large before anything of it is sent. Writing it out to know is needed
 * only where a bound that is quick to have does not suffice.
 *
 * @throws TinyObsError `query_response_too_large`
 */
export async function checkAnswerSize(result: QueryResult, bytesMax: number): Promise<void> {
  if (bytesBound(result) <= bytesMax) return;
  let bytes = 0;
  for (const piece of resultJson(result)) {
    bytes += piece.length;
    if (bytes > bytesMax) throw answerTooLarge(bytesMax);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export function answerTooLarge(bytesMax: number): TinyObsError {
  return new TinyObsError(
    'query_response_too_large',
    `the answer would be larger than ${bytesMax} bytes; select fewer series or a larger step, give a limit, or raise query.responseBytes`,
    { details: { limitBytes: bytesMax } },
  );
}

function bytesBound({ value }: QueryResult): number {
  if (value.type === 'scalar') return POINT_BYTES_MAX;
  if (value.type === 'string') return value.value.length * UNIT_BYTES_MAX;
  let bytes = value.values.length * POINT_BYTES_MAX;
  for (const { flat } of value.labels) {
    bytes += SERIES_BYTES_MAX + (flat.length / 2) * LABEL_BYTES;
    for (const text of flat) bytes += text.length * UNIT_BYTES_MAX;
  }
  return bytes;
}
