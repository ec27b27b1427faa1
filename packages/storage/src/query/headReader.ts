import type { TimeRange } from '@tinyobs/model';
import type { SampleOrigin } from '../deletion/exclusions.js';
import type { HeadView } from '../head/heads.js';
import type { SampleBuffer } from './sampleBuffer.js';

/** Reads the samples of series within a range from one head, up to what was committed when it was seen (S1). */
export class HeadReader {
  readonly origin: SampleOrigin;
  readonly #view: HeadView;
  readonly #minOffset: number;
  readonly #maxOffset: number;
  /** Record numbers, the newest first. */
  #records = new Uint32Array(64);
  #latest = 0;

  constructor(view: HeadView, range: TimeRange) {
    this.origin = { run: view.flushRun, deletedSeq: 0 };
    this.#view = view;
    this.#minOffset = range.minMs - view.head.baseMs;
    this.#maxOffset = range.maxMs - view.head.baseMs;
  }

  /** Appends the samples of a series, ascending, each time once, to the empty buffer. */
  read(series: number, target: SampleBuffer): void {
    const { head, committed } = this.#view;
    const ordered = head.isOrdered(series);
    let count = 0;
    for (let next = head.lastOf(series, committed); next !== 0; next = head.previousOf(next - 1)) {
      const offset = head.offsetOf(next - 1);
      if (offset < this.#minOffset) {
        if (ordered) break;
        continue;
      }
      if (offset > this.#maxOffset) continue;
      if (count === this.#records.length) this.#grow();
      this.#records[count++] = next - 1;
    }
    if (count === 0) return;
    if (!ordered) this.#sort(count);
    target.reserve(count);
    for (let i = count - 1; i >= 0; i--) {
      const record = this.#records[i];
      const timeMs = head.baseMs + head.offsetOf(record);
      if (target.length > 0 && target.times[target.length - 1] === timeMs) target.length--;
      target.times[target.length] = timeMs;
      head.copyWords(record, target.words, target.length++);
    }
  }

  /** Time of the latest sample in the range, ms; minus infinity for none. */
  latestTime(series: number): number {
    const { head, committed } = this.#view;
    const ordered = head.isOrdered(series);
    let latest = Number.NEGATIVE_INFINITY;
    for (let next = head.lastOf(series, committed); next !== 0; next = head.previousOf(next - 1)) {
      const offset = head.offsetOf(next - 1);
      if (offset > this.#maxOffset) continue;
      if (offset >= this.#minOffset && offset > latest) {
        latest = offset;
        this.#latest = next - 1;
      }
      if (ordered) break;
    }
    return head.baseMs + latest;
  }

  /** Makes the sample whose time was asked for last the only one of a buffer. */
  readLatest(target: SampleBuffer): void {
    const { head } = this.#view;
    target.reserve(1);
    target.times[0] = head.baseMs + head.offsetOf(this.#latest);
    head.copyWords(this.#latest, target.words, 0);
    target.length = 1;
  }

  /** Whether the series has a sample in the range. */
  hasSample(series: number): boolean {
    const { head, committed } = this.#view;
    const ordered = head.isOrdered(series);
    for (let next = head.lastOf(series, committed); next !== 0; next = head.previousOf(next - 1)) {
      const offset = head.offsetOf(next - 1);
      if (offset >= this.#minOffset && offset <= this.#maxOffset) return true;
      if (ordered && offset < this.#minOffset) return false;
    }
    return false;
  }

  /** Descending by time, then by record: read from the end, the later written of equal times comes last. */
  #sort(count: number): void {
    const { head } = this.#view;
    this.#records.subarray(0, count).sort((a, b) => head.offsetOf(b) - head.offsetOf(a) || b - a);
  }

  #grow(): void {
    const grown = new Uint32Array(2 * this.#records.length);
    grown.set(this.#records);
    this.#records = grown;
  }
}
