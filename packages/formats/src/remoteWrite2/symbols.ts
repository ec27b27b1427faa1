import { TinyObsError } from '@tinyobs/model';
import { REMOTE_WRITE_SYMBOLS_MAX } from '../limits.js';
import type { ProtobufReader } from '../protobuf/protobufReader.js';
import { tooMany } from '../refusals.js';
import { findInvalidUtf8 } from '../utf8.js';

const textDecoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * The texts of one request, which everything else in it names by their index: where they stand in the body, each
 * looked at once. What is made of them counts against `madeBytesMax`: a few bytes of a body can name a long text, so
 * that without a limit 32 MB of it could name gigabytes.
 */
export class Symbols {
  count = 0;
  /** Where each text stands. */
  starts = new Uint32Array(1024);
  ends = new Uint32Array(1024);
  /**
   * Where the length before a text begins, if the bytes from there to its end are what canonical label bytes have for
   * it: it is not empty, UTF-8, and its length is as short as it can be. Else 0.
   */
  canonicalStarts = new Uint32Array(1024);
  readonly #reader: ProtobufReader;
  readonly #madeBytesMax: number;
  #madeBytes = 0;
  readonly #texts = new Map<number, string>();

  constructor(reader: ProtobufReader, madeBytesMax: number) {
    this.#reader = reader;
    this.#madeBytesMax = madeBytesMax;
  }

  /** Reads the next text, whose field the reader stands in. @throws TinyObsError `malformed_body`, `body_too_large` */
  read(messageEnd: number): void {
    const reader = this.#reader;
    const lengthAt = reader.at;
    const end = reader.readLength(messageEnd);
    const start = reader.at;
    reader.at = end;
    if (this.count === this.starts.length) this.#grow();
    const index = this.count++;
    this.starts[index] = start;
    this.ends[index] = end;
    const isCanonical = start - lengthAt === lengthOfVarint(end - start) && end > start;
    this.canonicalStarts[index] = isCanonical && findInvalidUtf8(reader.bytes, start, end) < 0 ? lengthAt : 0;
  }

  /** Counts bytes that are made of texts, before they are. @throws TinyObsError `body_too_large` */
  take(sizeBytes: number): void {
    this.#madeBytes += sizeBytes;
    if (this.#madeBytes <= this.#madeBytesMax) return;
    const sizeBytesMax = this.#madeBytesMax;
    throw new TinyObsError(
      'body_too_large',
      `the labels and metadata of the body have more than ${sizeBytesMax} bytes once its symbols are put in; send smaller batches`,
      { details: { sizeBytesMax } },
    );
  }

  /** Bytes of a text that there is. */
  sizeOf(index: number): number {
    return this.ends[index] - this.starts[index];
  }

  isUtf8(index: number): boolean {
    if (this.canonicalStarts[index] !== 0) return true;
    return findInvalidUtf8(this.#reader.bytes, this.starts[index], this.ends[index]) < 0;
  }

  /** The text as a string, made once. */
  textOf(index: number): string {
    let text = this.#texts.get(index);
    if (text === undefined) {
      text = textDecoder.decode(this.#reader.bytes.subarray(this.starts[index], this.ends[index]));
      this.#texts.set(index, text);
    }
    return text;
  }

  #grow(): void {
    if (this.count === REMOTE_WRITE_SYMBOLS_MAX) throw tooMany('symbols', REMOTE_WRITE_SYMBOLS_MAX);
    const capacity = Math.min(2 * this.count, REMOTE_WRITE_SYMBOLS_MAX);
    this.starts = grown(this.starts, capacity);
    this.ends = grown(this.ends, capacity);
    this.canonicalStarts = grown(this.canonicalStarts, capacity);
  }
}

function lengthOfVarint(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length++;
  return length;
}

function grown(array: Uint32Array, capacity: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(capacity);
  larger.set(array);
  return larger;
}
