import type { Labels } from '@tinyobs/model';
import { encodeSnappy } from '../../../packages/formats/dist/remoteWrite/encodeSnappy.js';

/** As Prometheus sends at most, by default. */
export const SAMPLES_PER_BODY = 2000;

/** The last bytes of a TimeSeries of one sample: tag, length, tag, double, tag, varint. */
const SAMPLE_BYTES = 18;
const VALUE_AT = 3;
const TIME_AT = 12;
/** Of a time of these decades in ms. */
const TIME_VARINT_BYTES = 6;

/** A TimeSeries of one sample whose value and time are still to be written. */
export type SeriesTemplate = Uint8Array;

export function seriesTemplate(labels: Labels): SeriesTemplate {
  const parts: Buffer[] = [];
  for (let i = 0; i < labels.flat.length; i += 2) {
    const label = Buffer.concat([field(0x0a, labels.flat[i]), field(0x12, labels.flat[i + 1])]);
    parts.push(field(0x0a, label));
  }
  const sample = Buffer.alloc(SAMPLE_BYTES);
  sample.set([0x12, SAMPLE_BYTES - 2, 0x09]);
  sample[TIME_AT - 1] = 0x10;
  return field(0x0a, Buffer.concat([...parts, sample]));
}

/**
 * Remote write 1.0 bodies with one sample a TimeSeries, as Prometheus sends them: made from templates, since a load
 * generator must cost less than what it measures.
 */
export class WriteBodies {
  #bytes = Buffer.alloc(1 << 16);
  #length = 0;
  samples = 0;

  add(template: SeriesTemplate, timeMs: number, value: number): void {
    const end = this.#length + template.length;
    if (end > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], 2 * end);
    this.#bytes.set(template, this.#length);
    const sample = end - SAMPLE_BYTES;
    this.#bytes.writeDoubleLE(value, sample + VALUE_AT);
    this.#writeTime(timeMs, sample + TIME_AT);
    this.#length = end;
    this.samples++;
  }

  get isFull(): boolean {
    return this.samples >= SAMPLES_PER_BODY;
  }

  /** The body with what was added, which is no longer here then. A copy: the encoder's own array is far longer. */
  take(): Uint8Array {
    const body = encodeSnappy(this.#bytes.subarray(0, this.#length)).slice();
    this.#length = 0;
    this.samples = 0;
    return body;
  }

  #writeTime(timeMs: number, at: number): void {
    let rest = timeMs;
    for (let i = 0; i < TIME_VARINT_BYTES - 1; i++) {
      this.#bytes[at + i] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    if (rest < 1 || rest > 127) throw new Error(`a time of ${timeMs} ms does not fit the template`);
    this.#bytes[at + TIME_VARINT_BYTES - 1] = rest;
  }
}

function field(tag: number, content: string | Buffer): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const head = [tag];
  for (let rest = bytes.length; ; rest = Math.floor(rest / 128)) {
    head.push(rest > 127 ? (rest % 128) | 0x80 : rest);
    if (rest <= 127) break;
  }
  return Buffer.concat([Buffer.from(head), bytes]);
}
