import { assert, TinyObsError } from '@tinyobs/model';
import { findJsonError } from './findJsonError.js';

/**
 * Reads a body of JSON; `text` is what it was as a string.
 *
 * @throws TinyObsError `malformed_json` with `offset` (bytes from 0), `line` and `column` (in bytes, from 1)
 */
export function parseJson(body: Uint8Array): { parsed: unknown; text: string } {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    return { parsed: JSON.parse(text), text };
  } catch (cause) {
    const found = findJsonError(body);
    assert(found !== undefined, 'a body that JSON.parse refuses has a place where it is wrong');
    const { line, column } = placeOf(body, found.offset);
    throw new TinyObsError('malformed_json', `line ${line}, column ${column}: ${found.expected}`, {
      cause,
      details: { offset: found.offset, line, column },
    });
  }
}

function placeOf(body: Uint8Array, offset: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (let at = 0; at < offset; at++) {
    if (body[at] !== 0x0a) continue;
    line++;
    lineStart = at + 1;
  }
  return { line, column: offset - lineStart + 1 };
}
