import { LABELS_PER_SERIES_MAX, SERIES_MAX } from '../constants.js';
import { checkLabels, type LabelValue, labelText, NO_LABELS } from '../labels.js';
import type { ProblemCode, Reporter } from '../reporter.js';
import type { Family, MetricSnapshot, SnapshotTimes } from '../snapshot/snapshot.js';
import type { ActiveTrace } from './activeTrace.js';
import { checkExemplarLabels, type Exemplar, type ExemplarLabels, Exemplars } from './exemplars.js';
import type { Layout } from './layout.js';
import { SeriesTable, UNKNOWN } from './seriesTable.js';

/** What every metric of a client is given by its registry. */
export interface MetricContext {
  readonly reporter: Reporter;
  readonly nowMs: () => number;
  readonly trace: ActiveTrace;
  /** Label sets that a metric of the app may have. */
  readonly seriesPerMetricMax: number;
  /** Whether the ends of series are told, so that a removed series is kept until the next push. */
  readonly marksStale: boolean;
  /** What changes, for all metrics of the client. */
  readonly shared: {
    /** Live label sets of the whole client. */
    seriesCount: number;
    /** Number of the snapshot that is next; series remember in which they will be for the first time. */
    epoch: number;
  };
}

export interface MetricDefinition {
  readonly family: Family;
  readonly layout: Layout;
  /** Label sets it may have. */
  readonly seriesMax: number;
  readonly declared?: ReadonlySet<string>;
  /** Names a label of this metric cannot have: the client's own, and `le` in a histogram. */
  readonly reserved: ReadonlySet<string>;
  /** Set on a metric that could not be registered: it takes every call and counts every sample as dropped. */
  readonly refusal?: ProblemCode;
}

export interface SampleOptions {
  /** Labels that lead to what the sample is an example of, instead of the active trace. */
  readonly exemplar?: ExemplarLabels;
}

/** By how much the arrays grow when they are full. */
const GROWTH = 1.5;

const FREE = 0;
const LIVE = 1;
/** Ended by the app, and to be marked stale in the next push. */
const REMOVED = 2;

/** A series that an app has at hand. Its slot is UNKNOWN while there is none, after a removal for instance. */
export class Binding {
  slot = UNKNOWN;
  readonly #store: SeriesStore;
  readonly #labels: Readonly<Record<string, LabelValue>>;

  constructor(store: SeriesStore, labels: Readonly<Record<string, LabelValue>>) {
    this.#store = store;
    this.#labels = labels;
  }

  /** The slot, for which the series is created if need be; UNKNOWN when the sample is refused. */
  find(): number {
    return this.slot === UNKNOWN ? this.#store.bindSlot(this, this.#labels) : this.slot;
  }
}

/**
 * The series of one metric, bounded in number. Their numbers stand side by side in one array, each series in a
 * slot, so that counting is a lookup and an addition, and the state of a moment a copy of few arrays.
 */
export class SeriesStore {
  /** `layout.width` numbers for each slot. Replaced by a larger one when there are more series. */
  values = new Float64Array(0);
  readonly #context: MetricContext;
  readonly #definition: MetricDefinition;
  readonly #table: SeriesTable;
  readonly #exemplars = new Exemplars();
  readonly #bindings = new Map<number, Binding>();
  #states = new Uint8Array(0);
  #createdMs = new Float64Array(0);
  /** The first snapshot that each series is in. */
  #epochs = new Float64Array(0);
  #seriesCount = 0;
  #removedCount = 0;
  readonly #bare = new Binding(this, NO_LABELS);
  #overflowSlot = UNKNOWN;
  #overflowed = 0;
  #hasEnded = false;

  constructor(context: MetricContext, definition: MetricDefinition) {
    this.#context = context;
    this.#definition = definition;
    this.#table = new SeriesTable([...(definition.declared ?? [])]);
  }

  get name(): string {
    return this.#definition.family.name;
  }

  /** Whether samples may have an exemplar without the app giving one. */
  get isTraced(): boolean {
    return this.#context.trace.isOn;
  }

  nowMs(): number {
    return this.#context.nowMs();
  }

  /** The slot of a label set, new if need be; UNKNOWN when the sample is refused, and counted as dropped. */
  slotOf(labels: unknown): number {
    if (typeof labels === 'object' && labels !== null) {
      const slot = this.#table.find(labels);
      if (slot !== UNKNOWN && this.#states[slot] === LIVE) return slot;
    }
    return this.#admit(labels);
  }

  /** The slot of the series without labels. */
  bareSlot(): number {
    return this.#bare.find();
  }

  /** A series to have at hand; asking again gives the same. */
  bind(labels: Readonly<Record<string, LabelValue>>): Binding {
    const slot = this.slotOf(labels);
    const bound = this.#bindings.get(slot);
    if (bound !== undefined) return bound;
    const isSet = typeof labels === 'object' && labels !== null;
    const binding = new Binding(this, isSet ? { ...labels } : labels);
    this.#attach(binding, slot);
    return binding;
  }

  /** For `Binding`: its slot, which it keeps until the series is removed. */
  bindSlot(binding: Binding, labels: Readonly<Record<string, LabelValue>>): number {
    const slot = this.slotOf(labels);
    if (!this.#bindings.has(slot)) this.#attach(binding, slot);
    return slot;
  }

  /** The slot of a series that is there; UNKNOWN when it is not. */
  find(labels: unknown): number {
    if (typeof labels !== 'object' || labels === null) return UNKNOWN;
    const slot = this.#table.findByText(labels as Record<string, unknown>);
    return slot !== UNKNOWN && this.#states[slot] === LIVE ? slot : UNKNOWN;
  }

  /** Ends a series; where ends are told, the next push does. */
  remove(labels: unknown): void {
    const slot = this.find(labels);
    if (slot !== UNKNOWN) this.removeSlot(slot);
  }

  /** Ends the series in a slot that is live. */
  removeSlot(slot: number): void {
    const binding = this.#bindings.get(slot);
    if (binding !== undefined) binding.slot = UNKNOWN;
    this.#bindings.delete(slot);
    this.#states[slot] = REMOVED;
    this.#removedCount++;
    if (!this.#context.marksStale) this.#free(slot);
  }

  /** The slot of the series in which what was past a limit is counted; UNKNOWN while there is none. */
  get overflowSlot(): number {
    return this.#overflowSlot;
  }

  /** The slots of all series that have not ended, but for the one of what was past a limit. */
  liveSlots(): number[] {
    const slots: number[] = [];
    for (let slot = 0; slot < this.#table.slotCount; slot++) {
      if (this.#states[slot] === LIVE && slot !== this.#overflowSlot) slots.push(slot);
    }
    return slots;
  }

  /** Takes the metric out of use: its series end, and samples are dropped from now on. */
  end(): void {
    for (const slot of this.liveSlots()) this.removeSlot(slot);
    if (this.#overflowSlot !== UNKNOWN) this.removeSlot(this.#overflowSlot);
    this.#hasEnded = true;
  }

  /** As `end`, of a metric whose series go on in another store: nobody is told that they end. */
  discard(): void {
    this.end();
    this.#freeRemoved();
  }

  /** Lets every series begin again, now. */
  reset(): void {
    for (let slot = 0; slot < this.#table.slotCount; slot++) {
      if (this.#states[slot] === LIVE) this.start(slot);
    }
  }

  /** Lets the series in a slot begin, or begin again, now. */
  start(slot: number): void {
    const { layout } = this.#definition;
    const from = slot * layout.width;
    this.values.fill(0, from, from + layout.width);
    this.#exemplars.forget(from, layout.width);
    this.#states[slot] = LIVE;
    this.#createdMs[slot] = this.#context.nowMs();
    this.#epochs[slot] = this.#context.shared.epoch;
    layout.onStart?.(slot);
  }

  /** Counts one dropped sample and tells the reason once. */
  refuse(code: ProblemCode, message: string): typeof UNKNOWN {
    this.#context.reporter.drop(code);
    this.#context.reporter.problem({ code, message: `${this.name}: ${message}`, metric: this.name });
    return UNKNOWN;
  }

  /** Keeps what the sample is an example of, the active trace if nothing is given. `part` is counted in a slot. */
  keepExemplar(
    slot: number,
    part: number,
    sample: { value: number; given: ExemplarLabels | undefined },
  ): void {
    const labels = sample.given ?? this.#context.trace.current();
    if (labels === undefined) return;
    const problem = sample.given === undefined ? null : checkExemplarLabels(labels);
    if (problem !== null) {
      const message = `${this.name}: ${problem}; the sample counts without it`;
      this.#context.reporter.problem({ code: 'invalid_exemplar', message, metric: this.name });
      return;
    }
    const exemplar = { labels: { ...labels }, value: sample.value, timestampMs: this.#context.nowMs() };
    this.#exemplars.keep(slot * this.#definition.layout.width + part, exemplar);
  }

  /** The last exemplar of a part of a series, which only parts that are counted in a slot of their own have. */
  exemplarAt(slot: number, part: number): Exemplar | undefined {
    const { width } = this.#definition.layout;
    return part < width ? this.#exemplars.get(slot * width + part) : undefined;
  }

  /** Samples since the last call that were counted in the overflow series. */
  takeOverflowed(): number {
    const count = this.#overflowed;
    this.#overflowed = 0;
    return count;
  }

  /** The state of now; for a push with the ends of series, which are forgotten by that. */
  snapshot(times: SnapshotTimes | null): MetricSnapshot {
    const { layout, family } = this.#definition;
    const { slotCount } = this.#table;
    const [states, epochs, createdMs] = [this.#states, this.#epochs, this.#createdMs];
    const slots = new Int32Array(slotCount);
    const stale = new Uint8Array(slotCount);
    const zeroAtMs = new Float64Array(slotCount).fill(Number.NaN);
    let count = 0;
    let zeros = 0;
    // Over all series at once, and the first time not compiled yet: so it calls next to nothing.
    for (let slot = 0; slot < slotCount; slot++) {
      if (states[slot] === FREE || (states[slot] === REMOVED && times === null)) continue;
      if (states[slot] === REMOVED || times?.isEnd) stale[count] = 1;
      else if (times !== null && epochs[slot] > times.settledEpoch) {
        // When it began, as the first push that it is in has it: after the push before, and before that one.
        if (epochs[slot] === times.epoch) {
          createdMs[slot] = Math.min(Math.max(createdMs[slot], times.previousMs + 1), times.timestampMs - 1);
        }
        zeroAtMs[count] = createdMs[slot];
        zeros++;
      }
      slots[count++] = slot;
    }
    const told = slots.subarray(0, count);
    const { parts, width, defer } = layout;
    const snapshot = {
      family,
      layout,
      labels: this.#table.columns(),
      numbers: this.values.slice(0, slotCount * width),
      slots: told,
      overflowSlot: this.#overflowSlot,
      zeroAtMs,
      stale,
      deferred: defer ? Array.from(told, defer) : [],
      exemplars: this.#exemplars.copy(),
      rowCount: count * parts.length + zeros * parts.filter((part) => part.countsUp).length,
    };
    if (times !== null) this.#freeRemoved();
    return snapshot;
  }

  /** Everything that is not simply a known series. */
  #admit(given: unknown): number {
    const { refusal } = this.#definition;
    if (refusal !== undefined || this.#hasEnded) {
      this.#context.reporter.drop(refusal ?? 'metric_removed');
      return UNKNOWN;
    }
    const problem = checkLabels(given, this.#definition);
    if (problem !== null) return this.refuse(problem.code, problem.message);
    const labels = given as Readonly<Record<string, LabelValue>>;
    const known = this.#table.findByText(labels);
    if (known !== UNKNOWN) {
      if (this.#states[known] === REMOVED) this.#revive(known);
      return known;
    }
    const { seriesMax } = this.#definition;
    const { shared } = this.#context;
    if (this.#seriesCount >= seriesMax) {
      const advice = 'look for a label of ids or URLs, or raise seriesPerMetric';
      return this.#overflow(`more than ${seriesMax} label sets; ${advice}`);
    }
    if (shared.seriesCount >= SERIES_MAX) {
      return this.#overflow(`the client holds ${SERIES_MAX} label sets, its limit`);
    }
    if (!this.#hasRoomForNames(labels)) {
      const message = `a metric has at most ${LABELS_PER_SERIES_MAX} label names`;
      return this.refuse('too_many_labels', message);
    }
    const slot = this.#table.add(labels);
    this.#seriesCount++;
    shared.seriesCount++;
    this.#makeRoom();
    this.start(slot);
    return slot;
  }

  #hasRoomForNames(labels: Readonly<Record<string, LabelValue>>): boolean {
    const { names } = this.#table;
    const isNew = ([name, value]: [string, LabelValue]) => labelText(value) !== '' && !names.includes(name);
    const added = Object.entries(labels).filter(isNew).length;
    return names.length + added <= LABELS_PER_SERIES_MAX;
  }

  /** Counts what is past a limit in one series, so that totals stay right, or drops it where adding up is wrong. */
  #overflow(reason: string): number {
    const { layout } = this.#definition;
    if (!layout.isAdditive) return this.refuse('too_many_series', `${reason}; their samples are dropped`);
    const message = `${this.name}: ${reason}; the rest is counted together as tinyobs_overflow="true"`;
    this.#context.reporter.problem({ code: 'too_many_series', message, metric: this.name });
    this.#overflowed++;
    if (this.#overflowSlot === UNKNOWN) {
      this.#overflowSlot = this.#table.reserve();
      this.#makeRoom();
      this.start(this.#overflowSlot);
    }
    return this.#overflowSlot;
  }

  #makeRoom(): void {
    const { slotCount } = this.#table;
    const { width } = this.#definition.layout;
    if (slotCount <= this.#states.length) return;
    const capacity = Math.max(slotCount, Math.ceil(this.#states.length * GROWTH));
    this.values = copyInto(new Float64Array(capacity * width), this.values);
    this.#createdMs = copyInto(new Float64Array(capacity), this.#createdMs);
    this.#epochs = copyInto(new Float64Array(capacity), this.#epochs);
    this.#states = copyInto(new Uint8Array(capacity), this.#states);
  }

  #attach(binding: Binding, slot: number): void {
    // What overflows is counted one by one, and may have room later.
    if (slot === UNKNOWN || slot === this.#overflowSlot) return;
    binding.slot = slot;
    this.#bindings.set(slot, binding);
  }

  #revive(slot: number): void {
    this.#removedCount--;
    this.start(slot);
  }

  #freeRemoved(): void {
    for (let slot = 0; this.#removedCount > 0 && slot < this.#table.slotCount; slot++) {
      if (this.#states[slot] === REMOVED) this.#free(slot);
    }
  }

  #free(slot: number): void {
    this.#states[slot] = FREE;
    this.#removedCount--;
    // It ends with the metric only, and is none of those that are counted.
    if (slot === this.#overflowSlot) return;
    this.#table.release(slot);
    this.#seriesCount--;
    this.#context.shared.seriesCount--;
  }
}

function copyInto<Numbers extends Float64Array | Uint8Array>(larger: Numbers, numbers: Numbers): Numbers {
  larger.set(numbers);
  return larger;
}
