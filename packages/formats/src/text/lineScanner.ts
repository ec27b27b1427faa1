import type { ErrorCode } from '@tinyobs/model';
import { findInvalidUtf8 } from '../utf8.js';

const TAB = 0x09;
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COLON = 0x3a;
const UNDERSCORE = 0x5f;
const BACKSLASH = 0x5c;
const LOWER_N = 0x6e;

/** In the tables of bytes: no part of names; part of them; part of them, but not the first. */
export const NOT_OF_NAMES = 0;
const OF_NAMES = 1;
export const DIGIT_OF_NAMES = 2;
/** Bytes that unquoted names are made of. */
export const METRIC_BYTES = nameBytes((byte) => byte === UNDERSCORE || byte === COLON);
export const LABEL_BYTES = nameBytes((byte) => byte === UNDERSCORE);

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Reads tokens from one line after the other without making strings. A token is `source[start .. end]`, valid
 * until the next one is read. A method that cannot read what it should returns false and leaves the reason in
 * `failedAt`, `failedCode` and `expected`: bad lines come by the million, so they are not exceptions.
 */
export class LineScanner {
  /** Place in the body. */
  at = 0;
  /** End of the line without its line break. */
  lineEnd = 0;

  source: Uint8Array;
  start = 0;
  end = 0;

  failedAt = 0;
  failedCode: ErrorCode = 'invalid_text_line';
  expected = '';

  /** The bytes of the body, four at a time. */
  readonly view: DataView;
  readonly #body: Uint8Array;
  readonly #isStrict: boolean;
  #lineStart = 0;
  #nextLine = 0;
  #unescaped = new Uint8Array(256);

  /**
   * @param options.isStrict Where a blank may stand a single space must, and none elsewhere; a carriage return is
   * a character like others.
   */
  constructor(body: Uint8Array, options: { readonly isStrict: boolean }) {
    this.#body = body;
    this.view = new DataView(body.buffer, body.byteOffset, body.length);
    this.#isStrict = options.isStrict;
    this.source = body;
  }

  get body(): Uint8Array {
    return this.#body;
  }

  /** Whether the line at hand is the last. */
  get isLastLine(): boolean {
    return this.#nextLine >= this.#body.length;
  }

  /** Where the line begins that `nextLine` moves to. */
  get nextLineAt(): number {
    return this.#nextLine;
  }

  /** Lets the line that begins here be the next one. */
  goTo(lineAt: number): void {
    this.#nextLine = lineAt;
  }

  /** Moves to the next line; false after the last. The carriage return of a CRLF is not part of the line. */
  nextLine(): boolean {
    if (this.#nextLine >= this.#body.length) return false;
    this.at = this.#lineStart = this.#nextLine;
    const newline = this.#body.indexOf(NEWLINE, this.at);
    this.lineEnd = newline < 0 ? this.#body.length : newline;
    this.#nextLine = this.lineEnd + 1;
    const hasReturn = this.lineEnd > this.at && this.#body[this.lineEnd - 1] === CARRIAGE_RETURN;
    if (hasReturn && !this.#isStrict) this.lineEnd--;
    return true;
  }

  /** Where the line was given up, in bytes from 1. */
  get failedColumn(): number {
    return this.failedAt - this.#lineStart + 1;
  }

  get atLineEnd(): boolean {
    return this.at >= this.lineEnd;
  }

  /** Whether a blank or the end of the line is at hand. */
  get atBoundary(): boolean {
    return this.atLineEnd || isBlank(this.#body[this.at]);
  }

  /** The byte at hand, or -1 at the end of the line. */
  peek(): number {
    return this.at < this.lineEnd ? this.#body[this.at] : -1;
  }

  take(byte: number): boolean {
    if (this.peek() !== byte) return false;
    this.at++;
    return true;
  }

  /** Passes over blanks that need not be there. */
  skipBlanks(): void {
    if (this.#isStrict) return;
    while (this.at < this.lineEnd && isBlank(this.#body[this.at])) this.at++;
  }

  /** Passes over what parts a token from the one before it. */
  takeGap(code: ErrorCode): boolean {
    if (this.#isStrict) return this.take(SPACE) || this.fail(code, 'expected a space');
    this.skipBlanks();
    return true;
  }

  fail(code: ErrorCode, expected: string, at = this.at): false {
    this.failedCode = code;
    this.expected = expected;
    this.failedAt = at;
    return false;
  }

  /** What stands where the line was given up, for a message. */
  describeFound(): string {
    if (this.failedAt >= this.lineEnd) return 'the end of the line';
    const byte = this.#body[this.failedAt];
    if (byte > SPACE && byte < 0x7f) return `'${String.fromCharCode(byte)}'`;
    return byte === SPACE ? 'a space' : `byte 0x${byte.toString(16).padStart(2, '0')}`;
  }

  /** Everything up to the next blank or the end of the line; may be empty. */
  readWord(): void {
    const body = this.#body;
    this.#startToken();
    let at = this.at;
    while (at < this.lineEnd && !isBlank(body[at])) at++;
    this.end = this.at = at;
  }

  /** The rest of the line. */
  readRest(): void {
    this.#startToken();
    this.end = this.at = this.lineEnd;
  }

  /** An unquoted metric name. The token is empty when there is none. */
  readMetricName(): void {
    this.#readName(METRIC_BYTES);
  }

  /** An unquoted label name. The token is empty when there is none. */
  readLabelName(): void {
    this.#readName(LABEL_BYTES);
  }

  /**
   * Text in double quotes with the escapes \\ \" \n; any other backslash stands for itself, as in
   * Prometheus' own parser. The token is the text without quotes and escapes.
   */
  readQuoted(code: ErrorCode, what: string): boolean {
    if (!this.take(QUOTE)) return this.fail(code, `expected ${what} in double quotes`);
    this.#startToken();
    const body = this.#body;
    let bits = 0;
    let escapes = 0;
    let at = this.at;
    for (; at < this.lineEnd && body[at] !== QUOTE; at++) {
      if (body[at] === BACKSLASH && at + 1 < this.lineEnd) {
        escapes++;
        at++;
      }
      bits |= body[at];
    }
    if (at >= this.lineEnd) return this.fail(code, `expected a closing double quote after ${what}`, at);
    this.end = at;
    this.at = at + 1;
    if (bits >= 0x80 && !this.checkUtf8(code, what)) return false;
    if (escapes > 0) this.#unescape(escapeInQuotes);
    return true;
  }

  /** The rest of the line with the escapes \\ and \n, as HELP has it; in OpenMetrics \" too. */
  readHelp(): boolean {
    this.readRest();
    if (!this.checkUtf8('invalid_text_line', 'help')) return false;
    const isEscaped = this.source.subarray(this.start, this.end).includes(BACKSLASH);
    if (isEscaped) this.#unescape(this.#isStrict ? escapeInQuotes : escapeInHelp);
    return true;
  }

  checkUtf8(code: ErrorCode, what: string): boolean {
    const invalid = findInvalidUtf8(this.source, this.start, this.end);
    return invalid < 0 || this.fail(code, `expected ${what} in valid UTF-8`, invalid);
  }

  tokenIs(bytes: Uint8Array): boolean {
    if (this.end - this.start !== bytes.length) return false;
    for (let i = 0; i < bytes.length; i++) {
      if (this.source[this.start + i] !== bytes[i]) return false;
    }
    return true;
  }

  tokenText(): string {
    return decoder.decode(this.source.subarray(this.start, this.end));
  }

  #readName(bytes: Uint8Array): void {
    const body = this.#body;
    this.#startToken();
    let at = this.at;
    if (at < this.lineEnd && bytes[body[at]] !== DIGIT_OF_NAMES) {
      while (at < this.lineEnd && bytes[body[at]] !== NOT_OF_NAMES) at++;
    }
    this.end = this.at = at;
  }

  #startToken(): void {
    this.source = this.#body;
    this.start = this.at;
  }

  #unescape(meaning: (byte: number) => number): void {
    const length = this.end - this.start;
    if (length > this.#unescaped.length) this.#unescaped = new Uint8Array(length * 2);
    let written = 0;
    for (let i = this.start; i < this.end; i++) {
      let byte = this.source[i];
      const meant = byte === BACKSLASH && i + 1 < this.end ? meaning(this.source[i + 1]) : -1;
      if (meant >= 0) {
        byte = meant;
        i++;
      }
      this.#unescaped[written++] = byte;
    }
    this.source = this.#unescaped;
    this.start = 0;
    this.end = written;
  }
}

function nameBytes(isMark: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => {
    const letter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
    if (letter || isMark(byte)) return OF_NAMES;
    return byte >= 0x30 && byte <= 0x39 ? DIGIT_OF_NAMES : NOT_OF_NAMES;
  });
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

/** The byte that a backslash and this byte stand for; -1 when they stand for themselves. */
function escapeInQuotes(byte: number): number {
  return byte === QUOTE ? QUOTE : escapeInHelp(byte);
}

function escapeInHelp(byte: number): number {
  if (byte === BACKSLASH) return BACKSLASH;
  return byte === LOWER_N ? NEWLINE : -1;
}
