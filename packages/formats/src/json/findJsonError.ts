import { findInvalidUtf8 } from '../utf8.js';

export interface JsonError {
  /** In bytes from 0. */
  readonly offset: number;
  readonly expected: string;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/**
 * Where a body stops being JSON, or undefined when it is JSON. What `JSON.parse` says of the place differs
 * between engines and is often nothing at all, so bodies it refused are read again here, in linear time and
 * without recursion.
 *
 * Source: RFC 8259.
 */
export function findJsonError(body: Uint8Array): JsonError | undefined {
  const invalid = findInvalidUtf8(body, 0, body.length);
  if (invalid >= 0) return { offset: invalid, expected: 'expected valid UTF-8' };
  const checker = new JsonChecker(body);
  return checker.check() ? undefined : { offset: checker.at, expected: checker.expected };
}

class JsonChecker {
  at: number;
  expected = '';
  readonly #bytes: Uint8Array;
  /** The closing bracket that each open array or object waits for. */
  readonly #open: number[] = [];

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.at = BYTE_ORDER_MARK.every((byte, i) => bytes[i] === byte) ? BYTE_ORDER_MARK.length : 0;
  }

  check(): boolean {
    do {
      if (!this.#readItem()) return false;
    } while (this.#open.length > 0);
    this.#skipSpace();
    return this.at === this.#bytes.length || this.#fail('expected the end of the body');
  }

  /** One scalar or the opening of a container, with the commas and closing brackets that follow it. */
  #readItem(): boolean {
    this.#skipSpace();
    if (this.#take(OPEN_BRACE)) {
      this.#skipSpace();
      if (!this.#take(CLOSE_BRACE)) {
        this.#open.push(CLOSE_BRACE);
        return this.#readKey();
      }
    } else if (this.#take(OPEN_BRACKET)) {
      this.#skipSpace();
      if (!this.#take(CLOSE_BRACKET)) {
        this.#open.push(CLOSE_BRACKET);
        return true;
      }
    } else if (!this.#readScalar()) {
      return false;
    }
    return this.#readAfterItem();
  }

  #readAfterItem(): boolean {
    while (this.#open.length > 0) {
      const close = this.#open[this.#open.length - 1];
      this.#skipSpace();
      if (this.#take(COMMA)) {
        if (close === CLOSE_BRACKET) return true;
        this.#skipSpace();
        return this.#readKey();
      }
      if (!this.#take(close)) return this.#fail(`expected , or ${String.fromCharCode(close)}`);
      this.#open.pop();
    }
    return true;
  }

  #readKey(): boolean {
    if (this.#bytes[this.at] !== QUOTE) return this.#fail('expected a key in double quotes');
    if (!this.#readString()) return false;
    this.#skipSpace();
    return this.#take(COLON) || this.#fail('expected : after the key');
  }

  #readScalar(): boolean {
    if (this.#bytes[this.at] === QUOTE) return this.#readString();
    const end = wordEnd(this.#bytes, this.at);
    const word = new TextDecoder().decode(this.#bytes.subarray(this.at, end));
    if (/^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/.test(word)) {
      this.at = end;
      return true;
    }
    if (/^[+-]?(?:nan|inf|infinity)$/i.test(word)) {
      return this.#fail('expected a JSON value: NaN and infinities are written "NaN", "+Inf" and "-Inf"');
    }
    return this.#fail(
      'expected a JSON value: a number, a string in double quotes, an object, an array, true, false or null',
    );
  }

  #readString(): boolean {
    for (let at = this.at + 1; at < this.#bytes.length; at++) {
      const byte = this.#bytes[at];
      if (byte === QUOTE) {
        this.at = at + 1;
        return true;
      }
      if (byte < 0x20) return this.#fail('expected control characters in a string to be escaped', at);
      if (byte !== BACKSLASH) continue;
      const length = escapeLength(this.#bytes, at);
      if (length === 0)
        return this.#fail('expected one of the escapes \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0000', at);
      at += length - 1;
    }
    return this.#fail('expected a closing double quote', this.#bytes.length);
  }

  #skipSpace(): void {
    while (isSpace(this.#bytes[this.at])) this.at++;
  }

  #take(byte: number): boolean {
    if (this.#bytes[this.at] !== byte) return false;
    this.at++;
    return true;
  }

  #fail(expected: string, at = this.at): false {
    this.at = at;
    this.expected = expected;
    return false;
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** End of the letters, digits, signs and points from `start` on. */
function wordEnd(bytes: Uint8Array, start: number): number {
  let end = start;
  while (end < bytes.length && /[\w+.-]/.test(String.fromCharCode(bytes[end]))) end++;
  return end;
}

/** Bytes of the escape at a backslash; 0 when it is not one. */
function escapeLength(bytes: Uint8Array, at: number): number {
  const text = String.fromCharCode(...bytes.subarray(at, at + 6));
  if (/^\\["\\/bfnrt]/.test(text)) return 2;
  return /^\\u[0-9a-fA-F]{4}/.test(text) ? 6 : 0;
}
