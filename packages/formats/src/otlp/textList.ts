const COPIED_BY_LOOP_MAX = 64;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Texts as UTF-8, one behind the other: text i is `bytes[starts[i] .. starts[i + 1]]`. */
export class TextList {
  bytes = new Uint8Array(512);
  starts = new Uint32Array(17);
  count = 0;

  /** Takes back all but the first texts. */
  truncate(count: number): void {
    this.count = count;
  }

  addBytes(source: Uint8Array, start: number, end: number): void {
    const at = this.reserve(end - start);
    this.end(copyBytes(source, start, end, this.bytes, at));
  }

  add(text: string): void {
    const at = this.reserve(3 * text.length);
    const { bytes } = this;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0x80 || text.length > COPIED_BY_LOOP_MAX) {
        this.end(at + encoder.encodeInto(text, bytes.subarray(at)).written);
        return;
      }
      bytes[at + i] = unit;
    }
    this.end(at + text.length);
  }

  /** Room for the next text at the returned offset; `end` must follow. */
  reserve(sizeBytes: number): number {
    const at = this.starts[this.count];
    if (at + sizeBytes > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.bytes.length * 2, at + sizeBytes));
      grown.set(this.bytes.subarray(0, at));
      this.bytes = grown;
    }
    return at;
  }

  /** Ends the text that was written at the last reserved offset. */
  end(end: number): void {
    if (this.count + 1 === this.starts.length) {
      const grown = new Uint32Array(this.starts.length * 2);
      grown.set(this.starts);
      this.starts = grown;
    }
    this.starts[++this.count] = end;
  }

  text(index: number): string {
    return decoder.decode(this.bytes.subarray(this.starts[index], this.starts[index + 1]));
  }

  isEmptyAt(index: number): boolean {
    return this.starts[index] === this.starts[index + 1];
  }

  /** Whether a text is there, and has these bytes. */
  isAt(index: number, source: Uint8Array, start: number, end: number): boolean {
    if (index >= this.count) return false;
    const at = this.starts[index];
    if (this.starts[index + 1] - at !== end - start) return false;
    const { bytes } = this;
    for (let i = start, j = at; i < end; i++, j++) {
      if (source[i] !== bytes[j]) return false;
    }
    return true;
  }

  /** The order of two texts by their bytes: below 0, 0 or above 0. */
  compare(a: number, b: number): number {
    return this.compareTo(a, this.bytes, this.starts[b], this.starts[b + 1]);
  }

  /** The order of a text and bytes of elsewhere. */
  compareTo(index: number, other: Uint8Array, start: number, end: number): number {
    const { bytes, starts } = this;
    return compareBytes(bytes, starts[index], starts[index + 1], other, start, end);
  }
}

export function compareBytes(
  a: Uint8Array,
  startA: number,
  endA: number,
  b: Uint8Array,
  startB: number,
  endB: number,
): number {
  const shared = Math.min(endA - startA, endB - startB);
  for (let i = 0; i < shared; i++) {
    const order = a[startA + i] - b[startB + i];
    if (order !== 0) return order;
  }
  return endA - startA - (endB - startB);
}

/** A loop is faster than `set` on a `subarray` for few bytes. Returns the end of the copy. */
export function copyBytes(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  to: number,
): number {
  if (end - start > COPIED_BY_LOOP_MAX) {
    target.set(source.subarray(start, end), to);
    return to + end - start;
  }
  let at = to;
  for (let i = start; i < end; i++) target[at++] = source[i];
  return at;
}
