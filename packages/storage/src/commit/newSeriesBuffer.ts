import { COMMIT_NEW_SERIES_MAX } from '../limits.js';

/** Canonical bytes of the series a record names first. */
export class NewSeriesBuffer {
  firstId = 0;
  count = 0;
  bytes = new Uint8Array(64 * 1024);
  readonly starts = new Uint32Array(COMMIT_NEW_SERIES_MAX + 1);

  get isFull(): boolean {
    return this.count === COMMIT_NEW_SERIES_MAX;
  }

  reset(firstId: number): void {
    this.firstId = firstId;
    this.count = 0;
  }

  add(source: Uint8Array, start: number, end: number): void {
    const at = this.starts[this.count];
    const length = end - start;
    if (at + length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(2 * this.bytes.length, at + length));
      grown.set(this.bytes.subarray(0, at));
      this.bytes = grown;
    }
    this.bytes.set(source.subarray(start, end), at);
    this.starts[++this.count] = at + length;
  }
}
