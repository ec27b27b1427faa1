import type { Labels } from '@tinyobs/model';
import { NUMBER_BYTES_MAX, writeSeconds, writeValue } from './jsonNumbers.js';

/** Bytes gathered before a piece is handed on: less than a millisecond of work, few writes to the socket. */
const PIECE_BYTES = 64 * 1024;
/** Room for a piece: by so much others may run over it before it has to grow. */
const ROOM_BYTES = PIECE_BYTES + 1024;

/** What was written is copied as the first piece grows: seldom. It begins where most answers end. */
const GROWTH = 8;
const SMALL_BYTES = ROOM_BYTES / GROWTH ** 2;

/** Bytes that one UTF-16 unit may take in JSON. */
const UNIT_BYTES_MAX = 6;

const NOTHING = Buffer.alloc(0);

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const ASCII_END = 0x80;

/** JSON as bytes, written one part after another and taken in pieces of about 64 KiB. */
export class JsonBytes {
  #bytes = Buffer.allocUnsafe(SMALL_BYTES);
  #length = 0;
  #sizeBytesMin = SMALL_BYTES;

  /** Whether the piece is to be taken. */
  get isFull(): boolean {
    return this.#length >= PIECE_BYTES;
  }

  /** What was written since the last piece. */
  take(): Uint8Array {
    const piece = this.#bytes.subarray(0, this.#length);
    this.#bytes = NOTHING;
    this.#length = 0;
    this.#sizeBytesMin = ROOM_BYTES;
    return piece;
  }

  /** Text that is JSON already. */
  json(text: string): void {
    this.#reserve(3 * text.length);
    const end = writePlain(this.#bytes, this.#length, text, false);
    this.#length = end > 0 ? end : this.#length + this.#bytes.write(text, this.#length);
  }

  string(text: string): void {
    this.#reserve(UNIT_BYTES_MAX * text.length + 2);
    const end = writePlain(this.#bytes, this.#length + 1, text, true);
    if (end === 0) {
      this.json(JSON.stringify(text));
      return;
    }
    this.#bytes[this.#length] = QUOTE;
    this.#bytes[end] = QUOTE;
    this.#length = end + 1;
  }

  labels({ flat }: Labels): void {
    this.#byte(BRACE);
    for (let i = 0; i < flat.length; i++) {
      if (i > 0) this.#byte(i % 2 === 0 ? COMMA : COLON);
      this.string(flat[i]);
    }
    this.#byte(CLOSING_BRACE);
  }

  /** A time in ms, as seconds. */
  seconds(timeMs: number): void {
    this.#reserve(NUMBER_BYTES_MAX);
    this.#length = writeSeconds(this.#bytes, this.#length, timeMs);
  }

  /** The value of a sample, which is a string in JSON. */
  value(value: number): void {
    this.#reserve(NUMBER_BYTES_MAX + 2);
    this.#bytes[this.#length] = QUOTE;
    const end = writeValue(this.#bytes, this.#length + 1, value);
    this.#bytes[end] = QUOTE;
    this.#length = end + 1;
  }

  /** A time in ms and the value there, behind a comma where it is not the first. */
  point(timeMs: number, value: number, isFirst: boolean): void {
    this.#reserve(2 * NUMBER_BYTES_MAX + 6);
    const bytes = this.#bytes;
    let at = this.#length;
    if (!isFirst) bytes[at++] = COMMA;
    bytes[at++] = BRACKET;
    at = writeSeconds(bytes, at, timeMs);
    bytes[at++] = COMMA;
    bytes[at++] = QUOTE;
    at = writeValue(bytes, at, value);
    bytes[at++] = QUOTE;
    bytes[at++] = CLOSING_BRACKET;
    this.#length = at;
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const { length } = this.#bytes;
    const usual = length < ROOM_BYTES ? Math.min(GROWTH * length, ROOM_BYTES) : 2 * length;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, usual, this.#sizeBytesMin));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

/** Writes ASCII, and returns the place behind it; 0 where the text is not all plain, or not to be `quoted` as it is. */
function writePlain(bytes: Uint8Array, at: number, text: string, quoted: boolean): number {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= ASCII_END || (quoted && (unit < SPACE || unit === QUOTE || unit === BACKSLASH))) return 0;
    bytes[at + i] = unit;
  }
  return at + text.length;
}
