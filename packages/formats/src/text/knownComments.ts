import type { MetricType } from '@tinyobs/model';

/** A comment that says something of a family. */
export type Comment =
  | { readonly kind: 'help' | 'unit'; readonly family: string; readonly text: string }
  | { readonly kind: 'type'; readonly family: string; readonly type: MetricType };

const LINES_MAX = 4096;
const LINE_BYTES_MAX = 256;

/** About so many bytes of a line go into its hash. */
const HASHED_BYTES = 16;

/**
 * What comments mean by the bytes of their lines: they are the same in body after body, and reading them costs more
 * than all samples do. All bytes are compared, so that it makes no difference to what is read. For each hash there
 * are two places, in which the latest two lines are: whatever is sent, there are no more than 4096 lines of 256 bytes,
 * and looking for one takes two comparisons.
 */
export class KnownComments {
  readonly #bytes = new Uint8Array(LINES_MAX * LINE_BYTES_MAX);
  readonly #view = new DataView(this.#bytes.buffer);
  readonly #lengths = new Uint16Array(LINES_MAX);
  readonly #comments: (Comment | undefined)[] = new Array(LINES_MAX).fill(undefined);

  /** What the line `start .. end` of the body that is viewed means, if it is known. */
  find(body: DataView, start: number, end: number): Comment | undefined {
    const place = placeOf(body, start, end);
    if (this.#isAt(place, body, start, end)) return this.#comments[place];
    return this.#isAt(place + 1, body, start, end) ? this.#comments[place + 1] : undefined;
  }

  /** Keeps what a line means for the next time, if it is not too long. */
  keep(body: DataView, start: number, end: number, comment: Comment): void {
    if (end - start > LINE_BYTES_MAX) return;
    const place = placeOf(body, start, end);
    const at = place * LINE_BYTES_MAX;
    this.#bytes.copyWithin(at + LINE_BYTES_MAX, at, at + this.#lengths[place]);
    this.#lengths[place + 1] = this.#lengths[place];
    this.#comments[place + 1] = this.#comments[place];
    this.#bytes.set(new Uint8Array(body.buffer, body.byteOffset + start, end - start), at);
    this.#lengths[place] = end - start;
    this.#comments[place] = comment;
  }

  #isAt(place: number, body: DataView, start: number, end: number): boolean {
    if (this.#lengths[place] !== end - start) return false;
    const view = this.#view;
    const shift = place * LINE_BYTES_MAX - start;
    // From the end on, four bytes at a time: lines with a common beginning differ there.
    let at = end - 4;
    for (; at >= start; at -= 4) {
      if (view.getInt32(at + shift) !== body.getInt32(at)) return false;
    }
    for (let i = start; i < at + 4; i++) {
      if (view.getInt8(i + shift) !== body.getInt8(i)) return false;
    }
    return true;
  }
}

/** The first of the two places. */
function placeOf(body: DataView, start: number, end: number): number {
  const step = 1 + Math.floor((end - start) / HASHED_BYTES);
  let hash = end - start;
  for (let i = end - 1; i >= start; i -= step) hash = Math.imul(hash ^ body.getInt8(i), 0x01000193);
  return (hash ^ (hash >>> 12)) & (LINES_MAX - 2);
}
