import { TinyObsError } from './errors.js';
import { compareUtf8 } from './utf8.js';

export const METRIC_NAME = '__name__';

/** Cannot occur in a string decoded from UTF-8, so joined names and values cannot be confused. */
const SEPARATOR = '\ud800';

/**
 * The label set of one series: immutable, names in byte order, each once, values never empty (in PromQL an
 * empty value means the label is absent). The metric name is the label `__name__`.
 */
export class Labels {
  static readonly EMPTY = new Labels([]);

  /** Names at even places, values at odd ones, ordered by name. */
  readonly flat: readonly string[];
  #key: string | undefined;

  private constructor(flat: readonly string[]) {
    this.flat = flat;
  }

  /** @throws TinyObsError `invalid_label` when a name occurs twice. */
  static from(pairs: Iterable<readonly [name: string, value: string]>): Labels {
    const kept = [...pairs].filter(([, value]) => value !== '');
    kept.sort((a, b) => compareUtf8(a[0], b[0]));
    const flat: string[] = [];
    for (const [name, value] of kept) {
      if (flat.length > 0 && flat[flat.length - 2] === name) {
        throw new TinyObsError('invalid_label', `label name ${JSON.stringify(name)} is given twice`);
      }
      flat.push(name, value);
    }
    return new Labels(flat);
  }

  static fromObject(object: Readonly<Record<string, string>>): Labels {
    return Labels.from(Object.entries(object));
  }

  /** Takes names and values that are known to be ordered, unique and not empty. */
  static fromSorted(flat: readonly string[]): Labels {
    return flat.length === 0 ? Labels.EMPTY : new Labels(flat);
  }

  get size(): number {
    return this.flat.length / 2;
  }

  /** Equal label sets have equal keys, and only they do. */
  get key(): string {
    this.#key ??= this.flat.join(SEPARATOR);
    return this.#key;
  }

  get metricName(): string {
    return this.get(METRIC_NAME);
  }

  /** The value of a label, '' when the set does not have it. */
  get(name: string): string {
    for (let i = 0; i < this.flat.length; i += 2) {
      if (this.flat[i] === name) return this.flat[i + 1];
    }
    return '';
  }

  has(name: string): boolean {
    return this.get(name) !== '';
  }

  /** A set in which `name` has `value`; an empty value removes it. */
  with(name: string, value: string): Labels {
    const flat: string[] = [];
    let placed = value === '';
    for (let i = 0; i < this.flat.length; i += 2) {
      if (this.flat[i] === name) continue;
      if (!placed && compareUtf8(name, this.flat[i]) < 0) {
        flat.push(name, value);
        placed = true;
      }
      flat.push(this.flat[i], this.flat[i + 1]);
    }
    if (!placed) flat.push(name, value);
    return Labels.fromSorted(flat);
  }

  /** Only the named labels. */
  keep(names: ReadonlySet<string>): Labels {
    return this.filter((name) => names.has(name));
  }

  /** All but the named labels. */
  drop(names: ReadonlySet<string>): Labels {
    return this.filter((name) => !names.has(name));
  }

  filter(wanted: (name: string, value: string) => boolean): Labels {
    const flat: string[] = [];
    for (let i = 0; i < this.flat.length; i += 2) {
      if (wanted(this.flat[i], this.flat[i + 1])) flat.push(this.flat[i], this.flat[i + 1]);
    }
    return flat.length === this.flat.length ? this : Labels.fromSorted(flat);
  }

  /** Prometheus' order of label sets: name by name, value by value, a prefix first. */
  compare(other: Labels): number {
    const shared = Math.min(this.flat.length, other.flat.length);
    for (let i = 0; i < shared; i++) {
      const order = compareUtf8(this.flat[i], other.flat[i]);
      if (order !== 0) return order;
    }
    return this.flat.length - other.flat.length;
  }

  *[Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    for (let i = 0; i < this.flat.length; i += 2) yield [this.flat[i], this.flat[i + 1]];
  }

  toObject(): Record<string, string> {
    const object: Record<string, string> = Object.create(null);
    for (const [name, value] of this) object[name] = value;
    return object;
  }

  /** As PromQL writes a series: `metric{name="value"}`. */
  toString(): string {
    const metric = this.metricName;
    const plain = isLegacyMetricName(metric);
    const parts = metric !== '' && !plain ? [JSON.stringify(metric)] : [];
    for (const [name, value] of this) {
      if (name === METRIC_NAME) continue;
      parts.push(`${isLegacyLabelName(name) ? name : JSON.stringify(name)}=${JSON.stringify(value)}`);
    }
    const braces = parts.length > 0 || metric === '' ? `{${parts.join(', ')}}` : '';
    return (plain ? metric : '') + braces;
  }
}

/** A metric name that PromQL and the text format can write without quotes. */
export function isLegacyMetricName(name: string): boolean {
  return /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name);
}

/** A label name that PromQL and the text format can write without quotes. */
export function isLegacyLabelName(name: string): boolean {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name);
}
