import { crc32c, findCrcEnd } from '@tinyobs/model';
import { ByteReader } from '../../bytes/byteReader.js';
import type { FileDamage } from './fileDamage.js';
import { maskedCrc } from './maskedCrc.js';

/** LevelDB's log format (google/leveldb, doc/log_format.md): logs of writes, and manifests. */
const BLOCK_BYTES = 32_768;
const HEADER_BYTES = 7;
/** Whole records, and first, middle and last parts of longer ones. */
const TYPE = { full: 1, first: 2, middle: 3, last: 4 } as const;

export interface LogContents {
  readonly records: readonly Uint8Array[];
  readonly damages: readonly FileDamage[];
}

/**
 * The sound records of a log. Unlike LevelDB, which gives up the rest of a block behind damage, this goes on with
 * the next part whose checksum is good, and takes a part whose length alone is damaged.
 */
export function readLogFile(file: string, bytes: Uint8Array): LogContents {
  const assembly = new Assembly(file, bytes.length);
  for (let block = 0; block < bytes.length; block += BLOCK_BYTES) {
    const end = Math.min(block + BLOCK_BYTES, bytes.length);
    readBlock(bytes, block, end, assembly);
  }
  assembly.end();
  return assembly;
}

function readBlock(bytes: Uint8Array, start: number, end: number, assembly: Assembly): void {
  for (let at = start; at + HEADER_BYTES <= end; ) {
    const part = partAt(bytes, at, end);
    if (part) {
      assembly.add(part, at);
      at += HEADER_BYTES + part.data.length;
      continue;
    }
    const next = findPart(bytes, at, end);
    const isLast = end === bytes.length && next === end;
    if (isLast && isUnwritten(bytes, at, end)) assembly.tear(at);
    else assembly.lose(at, next - at);
    at = next;
  }
}

interface Part {
  readonly type: number;
  readonly data: Uint8Array;
  readonly isMended?: boolean;
}

/** The part that starts there, if its checksum is good, also with another length than is written. */
function partAt(bytes: Uint8Array, at: number, end: number): Part | undefined {
  const reader = new ByteReader(bytes, at);
  const sum = reader.u32();
  const length = reader.u8() | (reader.u8() << 8);
  const type = reader.u8();
  if (type < TYPE.full || type > TYPE.last) return undefined;
  const from = at + HEADER_BYTES;
  const before = crc32c(bytes.subarray(from - 1, from));
  const whole = bytes.subarray(from, from + length);
  if (from + length <= end && maskedCrc(crc32c(whole, before)) === sum) return { type, data: whole };
  const isEnd = (crc: number) => maskedCrc(crc) === sum;
  const other = findCrcEnd(bytes.subarray(0, end), { start: from, before }, isEnd);
  return other === undefined ? undefined : { type, data: bytes.subarray(from, other), isMended: true };
}

/** Where the next sound part in the block starts; the end of the block when there is none. */
function findPart(bytes: Uint8Array, at: number, end: number): number {
  for (let next = at + 1; next + HEADER_BYTES <= end; next++) {
    const length = bytes[next + 4] | (bytes[next + 5] << 8);
    const type = bytes[next + 6];
    if (type < TYPE.full || type > TYPE.last || next + HEADER_BYTES + length > end) continue;
    const part = partAt(bytes, next, end);
    if (part && !part.isMended) return next;
  }
  return end;
}

/** Whether the last write did not reach the disk whole: it is shorter than it says, or zeros. */
function isUnwritten(bytes: Uint8Array, at: number, end: number): boolean {
  const length = bytes[at + 4] | (bytes[at + 5] << 8);
  return at + HEADER_BYTES + length > end || bytes.subarray(at, end).every((byte) => byte === 0);
}

/** Puts records together from their parts. */
class Assembly implements LogContents {
  readonly records: Uint8Array[] = [];
  readonly damages: FileDamage[] = [];
  readonly #file: string;
  readonly #sizeBytes: number;
  #parts: Uint8Array[] = [];
  #partsAt = 0;

  constructor(file: string, sizeBytes: number) {
    this.#file = file;
    this.#sizeBytes = sizeBytes;
  }

  add({ type, data, isMended }: Part, at: number): void {
    if (isMended) {
      const what = 'the length of a record is damaged; the record itself is whole';
      this.damages.push({ file: this.#file, what, at: { offset: at, bytes: 2 }, isHarmless: true });
    }
    const begins = type === TYPE.full || type === TYPE.first;
    if (begins) {
      this.#drop('a record has no end');
      this.#partsAt = at;
    } else if (this.#parts.length === 0) {
      this.#say('a record has no beginning', at, data.length);
      return;
    }
    this.#parts.push(data);
    if (type !== TYPE.full && type !== TYPE.last) return;
    this.records.push(this.#parts.length === 1 ? data : Buffer.concat(this.#parts));
    this.#parts = [];
  }

  lose(at: number, bytes: number): void {
    this.#parts = [];
    this.#say('a record fails its checksum', at, bytes);
  }

  tear(at: number): void {
    const offset = this.#parts.length > 0 ? this.#partsAt : at;
    this.#parts = [];
    const what = 'the last write did not reach the disk whole';
    this.damages.push({
      file: this.#file,
      what,
      at: { offset, bytes: this.#sizeBytes - offset },
      isTorn: true,
    });
  }

  end(): void {
    if (this.#parts.length > 0) this.tear(this.#partsAt);
  }

  #drop(what: string): void {
    const bytes = this.#parts.reduce((sum, part) => sum + part.length, 0);
    if (this.#parts.length > 0) this.#say(what, this.#partsAt, bytes);
    this.#parts = [];
  }

  #say(what: string, offset: number, bytes: number): void {
    this.damages.push({ file: this.#file, what, at: { offset, bytes } });
  }
}
