import { writeValue } from '../exposition/syntax.js';
import type { StoreHome } from '../registry.js';
import type { Layout, Part } from '../series/layout.js';
import { SeriesStore } from '../series/seriesStore.js';
import { UNKNOWN } from '../series/seriesTable.js';
import type { Turns } from '../snapshot/turns.js';
import type { MirroredValue } from './mirroredMetrics.js';

export type MirroredType = 'counter' | 'gauge' | 'histogram' | 'summary';

export interface MirrorDefinition {
  readonly name: string;
  readonly help: string;
  readonly type: MirroredType;
  /** Whether its values may be of long before, so that no zero sample comes before the first. */
  readonly isCollected: boolean;
}

const SUFFIXES = ['', '_bucket', '_sum', '_count'] as const;

/** The label by which the parts of a series with this suffix differ. */
const OWN_LABELS: Readonly<Record<MirroredType, Readonly<Partial<Record<Part['suffix'], string>>>>> = {
  counter: {},
  gauge: {},
  histogram: { _bucket: 'le' },
  summary: { '': 'quantile' },
};

/** One metric of another library, copied at each reading. */
export class MetricMirror {
  store: SeriesStore;
  readonly #home: StoreHome;
  readonly #definition: MirrorDefinition;
  readonly #renamed: ReadonlyMap<string, string>;
  readonly #suffixes: ReadonlyMap<string, Part['suffix']>;
  #parts: Part[] = [];
  /** Places of parts, by suffix and the text of the part's own label. */
  readonly #places = new Map<string, number>();

  constructor(home: StoreHome, definition: MirrorDefinition) {
    this.#home = home;
    this.#definition = definition;
    this.#renamed = new Map(home.clientLabelNames.map((name) => [name, `exported_${name}`]));
    this.#suffixes = new Map(SUFFIXES.map((suffix) => [definition.name + suffix, suffix]));
    this.store = this.#createStore();
  }

  get type(): MirroredType {
    return this.#definition.type;
  }

  /** Takes the values of now, in slices; series that they do not name end. */
  async read(values: readonly MirroredValue[], turns: Turns): Promise<void> {
    if (values.some((value) => !this.#places.has(this.#keyOf(value)))) this.#learnParts(values);
    const { store } = this;
    const width = this.#parts.length;
    const named = new Set<number>();
    /** What is past the limit, added up. */
    const overflow = new Float64Array(width);
    for (const value of values) {
      const slot = store.slotOf(this.#seriesLabels(value));
      const place = this.#places.get(this.#keyOf(value)) as number;
      if (slot === store.overflowSlot) overflow[place] += value.value;
      else if (slot !== UNKNOWN) {
        store.values[slot * width + place] = value.value;
        named.add(slot);
      }
      if (turns.isOver) await turns.next();
    }
    if (store.overflowSlot !== UNKNOWN) store.values.set(this.#sums(overflow), store.overflowSlot * width);
    for (const slot of store.liveSlots()) if (!named.has(slot)) store.removeSlot(slot);
  }

  /**
   * Parts are known once there are values. Should there be others later, the series go on in another store, with no
   * zero sample: a second beginning of a series that goes on would count all of it twice.
   */
  #learnParts(values: readonly MirroredValue[]): void {
    const { type, isCollected } = this.#definition;
    const isFirst = this.#parts.length === 0;
    for (const value of values) {
      const key = this.#keyOf(value);
      if (this.#places.has(key)) continue;
      this.#places.set(key, this.#parts.length);
      const suffix = this.#suffixOf(value);
      const name = this.#ownLabel(suffix);
      const label = name === undefined ? undefined : { name, text: this.#ownText(value, name) };
      this.#parts.push({ suffix, label, countsUp: !isCollected && (type === 'counter' || suffix !== '') });
    }
    if (!isFirst) this.#parts = this.#parts.map((part) => ({ ...part, countsUp: false }));
    this.store.discard();
    this.store = this.#createStore();
  }

  #createStore(): SeriesStore {
    const { context, clientLabelNames } = this.#home;
    const { name, help, type } = this.#definition;
    const parts = [...this.#parts];
    const width = parts.length;
    const layout: Layout = {
      width,
      parts,
      isAdditive: type !== 'gauge',
      read: (from, at, into) => into.set(from.subarray(at, at + width)),
    };
    return new SeriesStore(context, {
      family: { name, type, help },
      layout,
      seriesMax: context.seriesPerMetricMax,
      reserved: new Set([...clientLabelNames, ...Object.values(OWN_LABELS[type])]),
    });
  }

  /** There are none of quantiles. */
  #sums(overflow: Float64Array): Float64Array {
    return overflow.map((sum, place) => (this.#parts[place].label?.name === 'quantile' ? Number.NaN : sum));
  }

  /** Tells the parts of a series apart. */
  #keyOf(value: MirroredValue): string {
    const suffix = this.#suffixOf(value);
    const own = this.#ownLabel(suffix);
    return own === undefined ? suffix : suffix + this.#ownText(value, own);
  }

  #suffixOf({ metricName }: MirroredValue): Part['suffix'] {
    return metricName === undefined ? '' : (this.#suffixes.get(metricName) ?? '');
  }

  #ownLabel(suffix: Part['suffix']): string | undefined {
    return OWN_LABELS[this.#definition.type][suffix];
  }

  #ownText({ labels }: MirroredValue, own: string): string {
    const value = labels[own];
    return typeof value === 'number' ? writeValue(value) : (value ?? '');
  }

  /** Without the part's own, and where the client has a label of that name, under the one Prometheus gives it. */
  #seriesLabels(value: MirroredValue): MirroredValue['labels'] {
    const own = this.#ownLabel(this.#suffixOf(value));
    const { labels } = value;
    let isOther = false;
    for (const name in labels) isOther ||= name === own || this.#renamed.has(name);
    if (!isOther) return labels;
    const kept: Record<string, string | number | undefined> = {};
    for (const name in labels) {
      if (name !== own) kept[this.#renamed.get(name) ?? name] = labels[name];
    }
    return kept;
  }
}
