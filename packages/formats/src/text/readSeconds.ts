import { readFloat } from './readNumber.js';

const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const DIGIT_0 = 0x30;
const DIGIT_5 = 0x35;
const DIGIT_9 = 0x39;

/**
 * Seconds since 1970, as OpenMetrics has times, in whole milliseconds, the nearest; undefined for what is no number
 * or further away than the safe integers. Plain decimals are read digit by digit: as a double the seconds would
 * not have all their milliseconds.
 */
export function readSecondsMs(bytes: Uint8Array, start: number, end: number): number | undefined {
  const first = bytes[start];
  let at = first === MINUS || first === PLUS ? start + 1 : start;
  let ms = 0;
  const wholeStart = at;
  for (; at < end && isDigit(bytes[at]); at++) ms = ms * 10 + (bytes[at] - DIGIT_0);
  if (at === wholeStart) return readFloatMs(bytes, start, end);
  let fraction = 0;
  if (bytes[at] === POINT && at < end) {
    at++;
    for (; fraction < 3; fraction++) {
      ms = ms * 10 + (at < end && isDigit(bytes[at]) ? bytes[at++] - DIGIT_0 : 0);
    }
    if (at < end && bytes[at] >= DIGIT_5 && bytes[at] <= DIGIT_9) ms++;
    while (at < end && isDigit(bytes[at])) at++;
  } else {
    ms *= 1000;
  }
  if (at !== end) return readFloatMs(bytes, start, end);
  return ms > Number.MAX_SAFE_INTEGER ? undefined : first === MINUS ? 0 - ms : ms;
}

/** Of what has an exponent, or begins with its point. */
function readFloatMs(bytes: Uint8Array, start: number, end: number): number | undefined {
  const seconds = readFloat(bytes, start, end);
  if (seconds === undefined) return undefined;
  // The sum turns a negative zero into zero.
  const ms = 0 + Math.round(seconds * 1000);
  return Number.isSafeInteger(ms) ? ms : undefined;
}

function isDigit(byte: number): boolean {
  return byte >= DIGIT_0 && byte <= DIGIT_9;
}
