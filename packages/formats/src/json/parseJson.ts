import { assert, TinyObsError } from '@tinyobs/model';
import { findJsonError } from './findJsonError.js';

/** A place in a text: in bytes from 0, and its line and the byte in that from 1. */
export interface TextPlace {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

export const TEXT_START: TextPlace = { offset: 0, line: 1, column: 1 };

/**
 * Reads a body of JSON; `text` is what it was as a string.
 *
 * @param start Where the body begins, where it is part of a longer one.
 * @throws TinyObsError `malformed_json` with `offset` (bytes from 0), `line` and `column` (in bytes, from 1)
 */
export function parseJson(body: Uint8Array, start = TEXT_START): { parsed: unknown; text: string } {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    return { parsed: JSON.parse(text), text };
  } catch (cause) {
    const found = findJsonError(body);
    assert(found !== undefined, 'a body that JSON.parse refuses has a place where it is wrong');
    throw malformedJson(placeBehind(body.subarray(0, found.offset), start), found.expected, cause);
  }
}

export function malformedJson(place: TextPlace, expected: string, cause?: unknown): TinyObsError {
  const { offset, line, column } = place;
  return new TinyObsError('malformed_json', `line ${line}, column ${column}: ${expected}`, {
    cause,
    details: { offset, line, column },
  });
}

/** Where what follows these bytes begins. */
export function placeBehind(bytes: Uint8Array, { offset, line, column }: TextPlace): TextPlace {
  let lines = 0;
  let lineStart = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, lineStart)) {
    lines++;
    lineStart = at + 1;
  }
  return {
    offset: offset + bytes.length,
    line: line + lines,
    column: lines === 0 ? column + bytes.length : bytes.length - lineStart + 1,
  };
}
