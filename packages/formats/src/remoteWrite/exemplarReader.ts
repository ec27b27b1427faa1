import type { Exemplar } from '@tinyobs/model';
import type { ProtobufReader } from '../protobuf/protobufReader.js';
import { ExemplarLabels } from './exemplarLabels.js';
import { EXEMPLAR_FIELDS, EXEMPLAR_LABEL_TAG, EXEMPLAR_TIMESTAMP_TAG, EXEMPLAR_VALUE_TAG } from './fields.js';
import { LabelReader } from './labelReader.js';

/** Reads one Exemplar message after the other into its fields. */
export class ExemplarReader {
  value = 0;
  timeMs = 0;

  readonly #reader: ProtobufReader;
  readonly #label: LabelReader;
  readonly #labels: ExemplarLabels;

  constructor(reader: ProtobufReader) {
    this.#reader = reader;
    this.#label = new LabelReader(reader);
    this.#labels = new ExemplarLabels(reader.bytes);
  }

  /** What is wrong with the labels; '' when nothing is. */
  get problem(): string {
    return this.#labels.problem;
  }

  /** Reads the message that ends at `end`. @throws TinyObsError `malformed_body` */
  read(end: number): void {
    const reader = this.#reader;
    this.value = 0;
    this.timeMs = 0;
    this.#labels.reset();
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === EXEMPLAR_LABEL_TAG) this.#readLabel(reader.readLength(end));
      else if (tag === EXEMPLAR_VALUE_TAG) this.value = reader.view.getFloat64(reader.readFixed64(end), true);
      else if (tag === EXEMPLAR_TIMESTAMP_TAG) this.timeMs = reader.readInt64(end);
      else reader.skipUnknown(tag, end, EXEMPLAR_FIELDS);
    }
  }

  toExemplar(series: number): Exemplar {
    return { series, labels: this.#labels.toLabels(), value: this.value, timeMs: this.timeMs };
  }

  #readLabel(end: number): void {
    const label = this.#label;
    label.read(end);
    this.#labels.add(label.nameStart, label.nameEnd, label.valueStart, label.valueEnd);
  }
}
