import { writeValue } from '../exposition/syntax.js';
import type { StoreHome } from '../registry.js';
import type { Layout, Part } from '../series/layout.js';
import { SeriesStore } from '../series/seriesStore.js';
import { UNKNOWN } from '../series/seriesTable.js';
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
  readonly #parts: Part[] = [];
  /** Places of parts, by suffix and the text of the part's own label. */
  readonly #places = new Map<string, number>();

  constructor(home: StoreHome, definition: MirrorDefinition) {
    this.#home = home;
    this.#definition = definition;
    this.#renamed = new Map(home.clientLabelNames.map((name) => [name, `exported_${name}`]));
    this.store = this.#createStore();
  }

  get type(): MirroredType {
    return this.#definition.type;
  }

  /** Takes the values of now; series that they do not name end. */
  read(values: readonly MirroredValue[]): void {
    if (this.#copy(values)) return;
    this.#learnParts(values);
    this.#copy(values);
  }

  /** @returns whether all parts were known; otherwise nothing is to be made of it. */
  #copy(values: readonly MirroredValue[]): boolean {
    const { store } = this;
    const width = this.#parts.length;
    const { overflowSlot } = store;
    if (overflowSlot !== UNKNOWN) store.values.fill(0, overflowSlot * width, (overflowSlot + 1) * width);
    const named = new Set<number>();
    for (const value of values) {
      const suffix = this.#suffixOf(value);
      const place = this.#places.get(suffix + this.#ownText(value, suffix));
      if (place === undefined) return false;
      const slot = store.slotOf(this.#seriesLabels(value, suffix));
      if (slot === UNKNOWN) continue;
      named.add(slot);
      const at = slot * width + place;
      store.values[at] =
        slot === store.overflowSlot ? this.#joined(place, store.values[at], value) : value.value;
    }
    for (const slot of store.liveSlots()) if (!named.has(slot)) store.removeSlot(slot);
    return true;
  }

  /** Parts are known once there are values. Should there be others later, the series go on in another store. */
  #learnParts(values: readonly MirroredValue[]): void {
    const isFirst = this.#parts.length === 0;
    for (const value of values) {
      const suffix = this.#suffixOf(value);
      const text = this.#ownText(value, suffix);
      if (this.#places.has(suffix + text)) continue;
      this.#places.set(suffix + text, this.#parts.length);
      const label = text === '' ? undefined : { name: this.#ownLabel(suffix) as string, text };
      this.#parts.push({ suffix, label, countsUp: this.#countsUp(suffix, isFirst) });
    }
    this.store.discard();
    this.store = this.#createStore();
  }

  /** A second beginning of a series that goes on would count all of it twice. */
  #countsUp(suffix: Part['suffix'], isFirst: boolean): boolean {
    const { type, isCollected } = this.#definition;
    return isFirst && !isCollected && (type === 'counter' || suffix !== '');
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
      read: (from, at, into, to) => into.set(from.subarray(at, at + width), to),
    };
    return new SeriesStore(context, {
      family: { name, type, help },
      layout,
      seriesMax: context.seriesPerMetricMax,
      reserved: new Set([...clientLabelNames, ...Object.values(OWN_LABELS[type])]),
    });
  }

  /** What is past the limit, added up; there are no sums of quantiles. */
  #joined(place: number, before: number, { value }: MirroredValue): number {
    return this.#parts[place].label?.name === 'quantile' ? Number.NaN : before + value;
  }

  #suffixOf({ metricName }: MirroredValue): Part['suffix'] {
    const { name } = this.#definition;
    return SUFFIXES.find((suffix) => metricName === name + suffix) ?? '';
  }

  #ownLabel(suffix: Part['suffix']): string | undefined {
    return OWN_LABELS[this.#definition.type][suffix];
  }

  #ownText({ labels }: MirroredValue, suffix: Part['suffix']): string {
    const own = this.#ownLabel(suffix);
    const value = own === undefined ? '' : labels[own];
    return typeof value === 'number' ? writeValue(value) : (value ?? '');
  }

  /** Without the part's own, and where the client has a label of that name, under the one Prometheus gives it. */
  #seriesLabels({ labels }: MirroredValue, suffix: Part['suffix']): MirroredValue['labels'] {
    const own = this.#ownLabel(suffix);
    const names = Object.keys(labels);
    if (!names.some((name) => name === own || this.#renamed.has(name))) return labels;
    const kept: Record<string, string | number | undefined> = {};
    for (const name of names) {
      if (name !== own) kept[this.#renamed.get(name) ?? name] = labels[name];
    }
    return kept;
  }
}
