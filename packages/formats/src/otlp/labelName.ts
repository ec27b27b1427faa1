import type { TextList } from './textList.js';

const UNDERSCORE = 0x5f;
const KEY_PREFIX = [0x6b, 0x65, 0x79, UNDERSCORE];

/**
 * Adds the name of the label that the key of an attribute becomes where names are escaped: an underscore for each
 * character that a label name cannot have, and `key` before a start that cannot be one. What begins with two
 * underscores keeps them.
 */
export function addLabelName(names: TextList, keys: TextList, key: number): void {
  const { bytes: source, starts } = keys;
  const start = starts[key];
  const end = starts[key + 1];
  let to = names.reserve(end - start + KEY_PREFIX.length);
  const { bytes } = names;
  const prefixBytes = prefixLength(source, start, end);
  for (let i = 0; i < prefixBytes; i++) bytes[to++] = KEY_PREFIX[i];
  for (let from = start; from < end; from++) {
    const byte = source[from];
    if (isNameByte(byte)) bytes[to++] = byte;
    // Of a character of several bytes the first stands for all.
    else if ((byte & 0xc0) !== 0x80) bytes[to++] = UNDERSCORE;
  }
  names.end(to);
}

/** Bytes of the prefix of a key: `key_` before a digit, `key` before one underscore. */
function prefixLength(source: Uint8Array, start: number, end: number): number {
  if (start === end) return 0;
  if (isDigit(source[start])) return 4;
  if (isLetter(source[start])) return 0;
  let next = start + 1;
  while (next < end && (source[next] & 0xc0) === 0x80) next++;
  const isReserved = next < end && (source[next] === UNDERSCORE || !isNameByte(source[next]));
  return isReserved ? 0 : 3;
}

function isNameByte(byte: number): boolean {
  return isLetter(byte) || isDigit(byte) || byte === UNDERSCORE;
}

function isLetter(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a);
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
