import { encodeLabels, type Labels, type WriteBatch } from '@tinyobs/model';

/** The canonical bytes of a series as a string, a byte a character: equal for equal label sets and only for them. */
export function seriesKeyAt({ arena, seriesStarts }: WriteBatch, series: number): string {
  return keyOf(arena.subarray(seriesStarts[series], seriesStarts[series + 1]));
}

export function seriesKeyOf(labels: Labels): string {
  return keyOf(encodeLabels(labels));
}

function keyOf({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('latin1');
}
