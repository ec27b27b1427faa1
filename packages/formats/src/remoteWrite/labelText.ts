import { QUOTED_LENGTH_MAX } from '../limits.js';
import { quoted } from '../quoted.js';

/** `__name__` as two little-endian words. */
const METRIC_NAME_LOW = 0x616e5f5f;
const METRIC_NAME_HIGH = 0x5f5f656d;

const shownDecoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Whether the first name is below the second in the order of bytes. */
export function isBelow(
  bytes: Uint8Array,
  startA: number,
  endA: number,
  startB: number,
  endB: number,
): boolean {
  const lengthA = endA - startA;
  const lengthB = endB - startB;
  const shared = Math.min(lengthA, lengthB);
  for (let i = 0; i < shared; i++) {
    const order = bytes[startA + i] - bytes[startB + i];
    if (order !== 0) return order < 0;
  }
  return lengthA < lengthB;
}

export function isMetricName(view: DataView, start: number, end: number): boolean {
  return (
    end - start === 8 &&
    view.getInt32(start, true) === METRIC_NAME_LOW &&
    view.getInt32(start + 4, true) === METRIC_NAME_HIGH
  );
}

/** For a message: more bytes than it repeats are not decoded, so that a long text costs nothing. */
export function quotedBytes(bytes: Uint8Array, start: number, end: number): string {
  return quoted(shownDecoder.decode(bytes.subarray(start, Math.min(end, start + 4 * QUOTED_LENGTH_MAX))));
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
