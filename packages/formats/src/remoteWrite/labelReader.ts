import type { ProtobufReader } from '../protobuf/protobufReader.js';
import { LABEL_FIELDS, LABEL_NAME_TAG, LABEL_VALUE_TAG } from './fields.js';

/** Where the name and value of one label stand in the bytes of a reader. */
export class LabelReader {
  nameStart = 0;
  nameEnd = 0;
  valueStart = 0;
  valueEnd = 0;
  readonly #reader: ProtobufReader;

  constructor(reader: ProtobufReader) {
    this.#reader = reader;
  }

  /**
   * Reads the Label message that ends at `end`: any order of fields, of a field given twice the last one.
   *
   * @throws TinyObsError `malformed_body`
   */
  read(end: number): void {
    const reader = this.#reader;
    this.nameStart = this.nameEnd = this.valueStart = this.valueEnd = end;
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === LABEL_NAME_TAG) {
        this.nameEnd = reader.readLength(end);
        this.nameStart = reader.at;
        reader.at = this.nameEnd;
      } else if (tag === LABEL_VALUE_TAG) {
        this.valueEnd = reader.readLength(end);
        this.valueStart = reader.at;
        reader.at = this.valueEnd;
      } else {
        reader.skipUnknown(tag, end, LABEL_FIELDS);
      }
    }
  }
}
