import { type Exemplar, Labels } from '@tinyobs/model';
import { EXEMPLAR_LABELS_LENGTH_MAX } from '../limits.js';
import type { ProtobufReader } from '../protobuf/protobufReader.js';
import { findInvalidUtf8 } from '../utf8.js';
import { EXEMPLAR_FIELDS, EXEMPLAR_LABEL_TAG, EXEMPLAR_TIMESTAMP_TAG, EXEMPLAR_VALUE_TAG } from './fields.js';
import { LabelReader } from './labelReader.js';

const textDecoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Reads one Exemplar message after the other into its fields. */
export class ExemplarReader {
  value = 0;
  timeMs = 0;
  /** What is wrong with the labels; '' when nothing is. */
  problem = '';

  readonly #reader: ProtobufReader;
  readonly #label: LabelReader;
  readonly #labels = new Map<string, string>();
  /** Characters of all names and values. */
  #labelsLength = 0;

  constructor(reader: ProtobufReader) {
    this.#reader = reader;
    this.#label = new LabelReader(reader);
  }

  /** Reads the message that ends at `end`. @throws TinyObsError `malformed_body` */
  read(end: number): void {
    const reader = this.#reader;
    this.value = 0;
    this.timeMs = 0;
    this.problem = '';
    this.#labels.clear();
    this.#labelsLength = 0;
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === EXEMPLAR_LABEL_TAG) this.#readLabel(reader.readLength(end));
      else if (tag === EXEMPLAR_VALUE_TAG) this.value = reader.view.getFloat64(reader.readFixed64(end), true);
      else if (tag === EXEMPLAR_TIMESTAMP_TAG) this.timeMs = reader.readInt64(end);
      else reader.skipUnknown(tag, end, EXEMPLAR_FIELDS);
    }
  }

  toExemplar(series: number): Exemplar {
    return { series, labels: Labels.from(this.#labels), value: this.value, timeMs: this.timeMs };
  }

  #readLabel(end: number): void {
    this.#label.read(end);
    if (this.problem === '') this.problem = this.#takeLabel();
  }

  #takeLabel(): string {
    const { bytes } = this.#reader;
    const { nameStart, nameEnd, valueStart, valueEnd } = this.#label;
    if (nameStart === nameEnd) return 'a label of the exemplar has an empty name';
    this.#labelsLength += characterCount(bytes, nameStart, nameEnd);
    this.#labelsLength += characterCount(bytes, valueStart, valueEnd);
    if (this.#labelsLength > EXEMPLAR_LABELS_LENGTH_MAX) {
      return `the labels of the exemplar have more than ${EXEMPLAR_LABELS_LENGTH_MAX} characters`;
    }
    if (
      findInvalidUtf8(bytes, nameStart, nameEnd) >= 0 ||
      findInvalidUtf8(bytes, valueStart, valueEnd) >= 0
    ) {
      return 'a label of the exemplar is not UTF-8';
    }
    const name = textDecoder.decode(bytes.subarray(nameStart, nameEnd));
    if (this.#labels.has(name)) return `label name ${JSON.stringify(name)} of the exemplar is given twice`;
    this.#labels.set(name, textDecoder.decode(bytes.subarray(valueStart, valueEnd)));
    return '';
  }
}

/** Bytes that begin a character of UTF-8. Of bytes that are not UTF-8 the count means nothing. */
function characterCount(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) {
    if ((bytes[i] & 0xc0) !== 0x80) count++;
  }
  return count;
}
