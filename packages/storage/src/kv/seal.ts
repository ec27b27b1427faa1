import { TinyObsError } from '@tinyobs/model';
import { hexOf } from './keys.js';
import { crc32 } from './platform.js';

/**
 * Every stored value ends with the CRC-32 of its key and the bytes before it, little-endian (S3). The key is
 * covered so that a value found under another key is noticed too.
 */
export const SEAL_BYTES = 4;

/** Writes the checksum into the last four bytes of `value` and returns it. */
export function sealInPlace(key: Uint8Array, value: Uint8Array): number {
  const end = value.length - SEAL_BYTES;
  const sum = crc32(value.subarray(0, end), crc32(key));
  value[end] = sum;
  value[end + 1] = sum >>> 8;
  value[end + 2] = sum >>> 16;
  value[end + 3] = sum >>> 24;
  return sum;
}

/** A new array: the payload and its checksum. */
export function seal(key: Uint8Array, payload: Uint8Array): Uint8Array {
  const value = withSealRoom(payload);
  sealInPlace(key, value);
  return value;
}

/** A new array: the payload and room for its checksum. */
export function withSealRoom(payload: Uint8Array): Uint8Array {
  const value = new Uint8Array(payload.length + SEAL_BYTES);
  value.set(payload);
  return value;
}

/**
 * The payload of a stored value, a view into it.
 *
 * @throws TinyObsError `store_corrupt`
 */
export function unseal(key: Uint8Array, value: Uint8Array): Uint8Array {
  const end = value.length - SEAL_BYTES;
  if (end < 0 || crc32(value.subarray(0, end), crc32(key)) !== sealOf(value)) {
    throw corrupt('a stored value fails its checksum', key);
  }
  return value.subarray(0, end);
}

/** The decoded payload of a stored value, or what is wrong with it (S3). */
export type Reading<T> = { readonly value: T; readonly problem?: undefined } | { readonly problem: string };

/** `value` is undefined where there is none. */
export function readSealed<T>(
  key: Uint8Array,
  value: Uint8Array | undefined,
  decode: (payload: Uint8Array) => T,
): Reading<T> {
  if (value === undefined) return { problem: 'is missing' };
  let payload: Uint8Array;
  try {
    payload = unseal(key, value);
  } catch (error) {
    if (error instanceof TinyObsError) return { problem: 'fails its checksum' };
    throw error;
  }
  try {
    return { value: decode(payload) };
  } catch (error) {
    if (error instanceof RangeError) return { problem: `cannot be read (${error.message})` };
    throw error;
  }
}

/** The checksum a stored value carries. */
export function sealOf(value: Uint8Array): number {
  const at = value.length - SEAL_BYTES;
  return (value[at] | (value[at + 1] << 8) | (value[at + 2] << 16) | (value[at + 3] << 24)) >>> 0;
}

export function corrupt(what: string, key: Uint8Array): TinyObsError {
  return new TinyObsError(
    'store_corrupt',
    `${what}; stop the server and run \`tinyobs repair\`, or restore a backup`,
    {
      details: { key: hexOf(key) },
    },
  );
}
