import { TinyObsError } from '@tinyobs/model';
import { ATTRIBUTES_MAX } from '../limits.js';
import { addLabelName } from './labelName.js';
import { TextList } from './textList.js';

/**
 * The attributes of one point, resource or scope on their way to being labels, from bytes or strings. One is reused
 * for many points, whose keys are mostly those of the point before: what is known of the keys stays while they do, so
 * that nothing is allocated, escaped or ordered for each.
 *
 * A key is given by `repeatKey`, or where that is false by `addKey`, and is followed by its value. Adding one past
 * `ATTRIBUTES_MAX` throws TinyObsError `body_too_large`.
 */
export class Attributes {
  readonly values = new TextList();
  /** The labels the keys become, and the attributes in the order of these, once `sortAsLabels` was called. */
  names: TextList;
  readonly order: number[] = [];
  /** Changes with the keys. */
  version = 0;
  readonly #keys = new TextList();
  readonly #escaped = new TextList();
  /** The keys that were given as strings. */
  readonly #keyTexts: (string | undefined)[] = [];
  #isSorted = false;

  constructor() {
    this.names = this.#keys;
  }

  get count(): number {
    return this.values.count;
  }

  clear(): void {
    this.values.truncate(0);
  }

  /** Takes the next key from the attributes before; false when it is not theirs. */
  repeatKeyBytes(source: Uint8Array, start: number, end: number): boolean {
    return this.#keys.isAt(this.values.count, source, start, end);
  }

  repeatKey(key: string): boolean {
    const { count } = this.values;
    return count < this.#keys.count && this.#keyTexts[count] === key;
  }

  addKeyBytes(source: Uint8Array, start: number, end: number): void {
    this.#cutKeys();
    this.#keys.addBytes(source, start, end);
    this.#keyTexts.push(undefined);
  }

  addKey(key: string): void {
    this.#cutKeys();
    this.#keys.add(key);
    this.#keyTexts.push(key);
  }

  addValueBytes(source: Uint8Array, start: number, end: number): void {
    this.#checkCount();
    this.values.addBytes(source, start, end);
  }

  addValue(text: string): void {
    this.#checkCount();
    this.values.add(text);
  }

  /** Keys and values as strings, as they were added. */
  entries(): [key: string, value: string][] {
    return Array.from({ length: this.count }, (_, i) => [this.#keys.text(i), this.values.text(i)]);
  }

  /**
   * Makes labels of the keys, and puts `order` in the order of their names; what were different keys with the same name
   * stay in the order of these.
   *
   * @param escapes Whether names get underscores for what PromQL cannot write without quotes.
   */
  sortAsLabels(escapes: boolean): void {
    if (this.count < this.#keys.count) this.#cutKeys();
    if (this.#isSorted) return;
    const { count, order } = this;
    order.length = count;
    for (let i = 0; i < count; i++) order[i] = i;
    order.sort((a, b) => this.#keys.compare(a, b));
    this.names = escapes ? this.#escaped : this.#keys;
    if (escapes) {
      this.#escaped.truncate(0);
      for (let i = 0; i < count; i++) addLabelName(this.#escaped, this.#keys, i);
      order.sort((a, b) => this.#escaped.compare(a, b));
    }
    this.#isSorted = true;
  }

  /** Whether one of them has no name, once they are sorted. */
  get hasEmptyName(): boolean {
    return this.count > 0 && this.names.isEmptyAt(this.order[0]);
  }

  /** Forgets the keys behind those that have values by now. */
  #cutKeys(): void {
    this.#keys.truncate(this.count);
    this.#keyTexts.length = this.count;
    this.#isSorted = false;
    this.version++;
  }

  #checkCount(): void {
    if (this.count < ATTRIBUTES_MAX) return;
    throw new TinyObsError(
      'body_too_large',
      `more than ${ATTRIBUTES_MAX} attributes in one place; send fewer`,
      { details: { max: ATTRIBUTES_MAX } },
    );
  }
}
