import { TinyObsError } from '@tinyobs/model';
import { ATTRIBUTE_DEPTH_MAX } from '../limits.js';
import type { Attributes } from './attributes.js';
import { type AttributeValue, attributeText, KeyValues } from './attributeText.js';
import { isGiven, type JsonFields, type JsonMessage } from './jsonFields.js';

/** Reads the messages KeyValue and AnyValue. Methods throw TinyObsError `malformed_json`. */
export class JsonAttributes {
  readonly #fields: JsonFields;
  readonly #countObject: () => void;

  /** @param countObject Called for a value within a value; may throw. */
  constructor(fields: JsonFields, countObject: () => void) {
    this.#fields = fields;
    this.#countObject = countObject;
  }

  /** Adds the list of KeyValues `value`. */
  readInto(attributes: Attributes, value: unknown): void {
    const fields = this.#fields;
    const items = fields.items(value, 'attributes');
    for (let i = 0; i < items.length; i++) {
      const item = fields.message(items[i], 'attributes') ?? {};
      const key = fields.text(item.key, 'key');
      if (!attributes.repeatKey(key)) attributes.addKey(key);
      const given = fields.message(item.value, 'value') ?? {};
      const { stringValue } = given;
      if (typeof stringValue === 'string') attributes.addValue(fields.text(stringValue, 'stringValue'));
      else attributes.addValue(attributeText(this.#valueOf(given, 0)));
    }
  }

  #valueOf(value: JsonMessage, depth: number): AttributeValue {
    const fields = this.#fields;
    if (depth === ATTRIBUTE_DEPTH_MAX) {
      throw new TinyObsError(
        'malformed_json',
        `an attribute is nested more than ${ATTRIBUTE_DEPTH_MAX} deep`,
      );
    }
    if (depth > 0) this.#countObject();
    if (isGiven(value.stringValue)) return fields.text(value.stringValue, 'stringValue');
    if (isGiven(value.boolValue)) return fields.flag(value.boolValue, 'boolValue');
    if (isGiven(value.intValue)) return this.#integerOf(value.intValue);
    if (isGiven(value.doubleValue)) return fields.double(value.doubleValue, 'doubleValue');
    if (isGiven(value.bytesValue)) return this.#bytesOf(value.bytesValue);
    const array = fields.message(value.arrayValue, 'arrayValue');
    if (array) {
      return fields
        .items(array.values, 'values')
        .map((item) => this.#valueOf(fields.message(item, 'values') ?? {}, depth + 1));
    }
    const list = fields.message(value.kvlistValue, 'kvlistValue');
    return list && this.#keyValuesOf(list, depth + 1);
  }

  #keyValuesOf(list: JsonMessage, depth: number): KeyValues {
    const fields = this.#fields;
    const entries = fields.items(list.values, 'values').map((item) => {
      const { key, value } = fields.message(item, 'values') ?? {};
      const inner = this.#valueOf(fields.message(value, 'value') ?? {}, depth);
      return [fields.text(key, 'key'), inner] as const;
    });
    return new KeyValues(entries);
  }

  #integerOf(value: unknown): number | bigint {
    const number = this.#fields.whole(value, 'intValue');
    return Number.isSafeInteger(number) ? number : BigInt(value as string | number);
  }

  /** Base64, of which senders also use the alphabet for URLs. */
  #bytesOf(value: unknown): Uint8Array {
    const text = this.#fields.text(value, 'bytesValue');
    try {
      const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
      return Uint8Array.from(binary, (character) => character.charCodeAt(0));
    } catch {
      throw this.#fields.wrong('bytesValue', 'base64', value);
    }
  }
}
