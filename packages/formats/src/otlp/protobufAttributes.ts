import { ATTRIBUTE_DEPTH_MAX } from '../limits.js';
import { malformed, type ProtobufReader } from '../protobuf/protobufReader.js';
import { findInvalidUtf8 } from '../utf8.js';
import type { Attributes } from './attributes.js';
import { type AttributeValue, attributeText, KeyValues } from './attributeText.js';
import {
  ANY_ARRAY_TAG,
  ANY_BOOL_TAG,
  ANY_BYTES_TAG,
  ANY_DOUBLE_TAG,
  ANY_FIELDS,
  ANY_INT_TAG,
  ANY_KEY_VALUES_TAG,
  ANY_STRING_TAG,
  KEY_VALUE_FIELDS,
  KEY_VALUE_KEY_TAG,
  KEY_VALUE_VALUE_TAG,
  VALUES_FIELDS,
  VALUES_VALUE_TAG,
} from './fields.js';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Reads the messages KeyValue and AnyValue. Methods throw TinyObsError `malformed_body`. */
export class ProtobufAttributes {
  readonly #reader: ProtobufReader;
  readonly #countObject: () => void;
  #keyStart = 0;
  #keyEnd = 0;
  #valueStart = 0;
  #valueEnd = 0;

  /** @param countObject Called before a value within a value is made; may throw. */
  constructor(reader: ProtobufReader, countObject: () => void) {
    this.#reader = reader;
    this.#countObject = countObject;
  }

  /** Adds the KeyValue that ends at `end`. */
  readInto(attributes: Attributes, end: number): void {
    const reader = this.#reader;
    const { bytes } = reader;
    this.#readKeyValue(end);
    if (!attributes.repeatKeyBytes(bytes, this.#keyStart, this.#keyEnd)) {
      this.#checkText(this.#keyStart, this.#keyEnd);
      attributes.addKeyBytes(bytes, this.#keyStart, this.#keyEnd);
    }
    const valueEnd = this.#valueEnd;
    reader.at = this.#valueStart;
    // Nearly all values are a string and nothing else.
    if (reader.at < valueEnd && bytes[reader.at] === ANY_STRING_TAG) {
      reader.at++;
      if (reader.readLength(valueEnd) === valueEnd) {
        this.#checkText(reader.at, valueEnd);
        attributes.addValueBytes(bytes, reader.at, valueEnd);
        reader.at = end;
        return;
      }
      reader.at = this.#valueStart;
    }
    attributes.addValue(attributeText(this.#readValue(valueEnd, 0)));
    reader.at = end;
  }

  /** A string field as a string. */
  readText(end: number): string {
    const reader = this.#reader;
    const textEnd = reader.readLength(end);
    const start = reader.at;
    this.#checkText(start, textEnd);
    reader.at = textEnd;
    return decoder.decode(reader.bytes.subarray(start, textEnd));
  }

  /** Finds where key and value stand; of a field given twice the last one counts. */
  #readKeyValue(end: number): void {
    const reader = this.#reader;
    this.#keyStart = this.#keyEnd = this.#valueStart = this.#valueEnd = end;
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === KEY_VALUE_KEY_TAG) {
        this.#keyEnd = reader.readLength(end);
        this.#keyStart = reader.at;
        reader.at = this.#keyEnd;
      } else if (tag === KEY_VALUE_VALUE_TAG) {
        this.#valueEnd = reader.readLength(end);
        this.#valueStart = reader.at;
        reader.at = this.#valueEnd;
      } else {
        reader.skipUnknown(tag, end, KEY_VALUE_FIELDS);
      }
    }
  }

  #readValue(end: number, depth: number): AttributeValue {
    const reader = this.#reader;
    if (depth === ATTRIBUTE_DEPTH_MAX) {
      throw malformed(reader.at, `an attribute is nested more than ${ATTRIBUTE_DEPTH_MAX} deep`);
    }
    if (depth > 0) this.#countObject();
    let value: AttributeValue;
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === ANY_STRING_TAG) value = this.readText(end);
      else if (tag === ANY_BOOL_TAG) value = reader.readInt64(end) !== 0;
      else if (tag === ANY_INT_TAG) value = reader.readWholeInt64(end);
      else if (tag === ANY_DOUBLE_TAG) value = reader.view.getFloat64(reader.readFixed64(end), true);
      else if (tag === ANY_ARRAY_TAG) value = this.#readValues(reader.readLength(end), depth + 1);
      else if (tag === ANY_KEY_VALUES_TAG) value = this.#readKeyValues(reader.readLength(end), depth + 1);
      else if (tag === ANY_BYTES_TAG) value = this.#readBytes(end);
      else reader.skipUnknown(tag, end, ANY_FIELDS);
    }
    return value;
  }

  #readBytes(end: number): Uint8Array {
    const reader = this.#reader;
    const bytesEnd = reader.readLength(end);
    const bytes = reader.bytes.subarray(reader.at, bytesEnd);
    reader.at = bytesEnd;
    return bytes;
  }

  #readValues(end: number, depth: number): AttributeValue[] {
    const reader = this.#reader;
    const values: AttributeValue[] = [];
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === VALUES_VALUE_TAG) values.push(this.#readValue(reader.readLength(end), depth));
      else reader.skipUnknown(tag, end, VALUES_FIELDS);
    }
    return values;
  }

  #readKeyValues(end: number, depth: number): KeyValues {
    const reader = this.#reader;
    const entries: [string, AttributeValue][] = [];
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag !== VALUES_VALUE_TAG) {
        reader.skipUnknown(tag, end, VALUES_FIELDS);
        continue;
      }
      const entryEnd = reader.readLength(end);
      this.#readKeyValue(entryEnd);
      this.#checkText(this.#keyStart, this.#keyEnd);
      const key = decoder.decode(reader.bytes.subarray(this.#keyStart, this.#keyEnd));
      reader.at = this.#valueStart;
      entries.push([key, this.#readValue(this.#valueEnd, depth)]);
      reader.at = entryEnd;
    }
    return new KeyValues(entries);
  }

  #checkText(start: number, end: number): void {
    const { bytes } = this.#reader;
    const at = findInvalidUtf8(bytes, start, end);
    if (at >= 0) throw malformed(at, 'a string is not UTF-8');
  }
}
