import type { Exemplar } from '@tinyobs/model';
import type { ProtobufReader } from '../protobuf/protobufReader.js';
import { ExemplarLabels } from '../remoteWrite/exemplarLabels.js';
import {
  EXEMPLAR_FIELDS,
  EXEMPLAR_LABEL_TAG,
  EXEMPLAR_LABELS_TAG,
  EXEMPLAR_TIMESTAMP_TAG,
  EXEMPLAR_VALUE_TAG,
} from './fields.js';
import { References } from './references.js';
import type { Symbols } from './symbols.js';

/** Reads one Exemplar message after the other into its fields. */
export class ExemplarReader {
  value = 0;
  timeMs = 0;
  /** What is wrong with the labels; '' when nothing is. */
  problem = '';

  readonly #reader: ProtobufReader;
  readonly #symbols: Symbols;
  readonly #references: References;
  readonly #labels: ExemplarLabels;

  constructor(reader: ProtobufReader, symbols: Symbols) {
    this.#reader = reader;
    this.#symbols = symbols;
    this.#references = new References(reader);
    this.#labels = new ExemplarLabels(reader.bytes);
  }

  /** Reads the message that ends at `end`. @throws TinyObsError `malformed_body`, `body_too_large` */
  read(end: number): void {
    const reader = this.#reader;
    this.value = 0;
    this.timeMs = 0;
    this.#references.reset();
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === EXEMPLAR_LABELS_TAG) this.#references.readPacked(reader.readLength(end));
      else if (tag === EXEMPLAR_LABEL_TAG) this.#references.readOne(end);
      else if (tag === EXEMPLAR_VALUE_TAG) this.value = reader.view.getFloat64(reader.readFixed64(end), true);
      else if (tag === EXEMPLAR_TIMESTAMP_TAG) this.timeMs = reader.readInt64(end);
      else reader.skipUnknown(tag, end, EXEMPLAR_FIELDS);
    }
    this.#labels.reset();
    this.problem = this.#gather();
  }

  toExemplar(series: number): Exemplar {
    return { series, labels: this.#labels.toLabels(), value: this.value, timeMs: this.timeMs };
  }

  /** Returns what is wrong, '' when nothing is. */
  #gather(): string {
    const { values, count } = this.#references;
    const { starts, ends, count: symbolCount } = this.#symbols;
    if (count % 2 !== 0)
      return `labels_refs of the exemplar has ${count} references, and so a name without a value`;
    for (let i = 0; i < count && this.#labels.problem === ''; i += 2) {
      const name = values[i];
      const value = values[i + 1];
      if (name >= symbolCount || value >= symbolCount) {
        return `labels_refs of the exemplar names symbol ${Math.max(name, value)} of ${symbolCount}`;
      }
      this.#labels.add(starts[name], ends[name], starts[value], ends[value]);
    }
    return this.#labels.problem;
  }
}
