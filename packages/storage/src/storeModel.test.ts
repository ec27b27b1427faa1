import { Labels, Matcher, type TimeRange, type WriteBatch } from '@tinyobs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openMemoryStore } from './kv/memoryStore.js';
import { openStore, type Store } from './store.js';
import {
  batchByReference,
  batchOf,
  EVER,
  expectedOf,
  FaultyStore,
  NO_HINTS,
  type Sample,
  selectAll,
  type Value,
} from './storeFixture.suite.js';

const HOUR_MS = 3_600_000;
const START_MS = 1_700_000_000_000;

const value: fc.Arbitrary<Value> = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }),
  fc.double(),
  fc.constantFrom(0, -0, 2 ** 51, -(2 ** 51), 2 ** 53, Number.POSITIVE_INFINITY),
  fc.constantFrom('7ff0000000000002', '7ff8000000000001', 'fff8000000000000'),
);
const timeMs = fc.oneof(
  fc.integer({ min: 0, max: 200 }).map((step) => START_MS + step * 15_000),
  fc.integer({ min: -3, max: 3 }).map((window) => START_MS + window * 2 * HOUR_MS),
  fc.integer({ min: -1e12, max: 4e12 }),
);
const sample: fc.Arbitrary<Sample> = fc.record({
  labels: fc.record({
    __name__: fc.constantFrom('a', 'b'),
    job: fc.constantFrom('x', 'y', ''),
    i: fc.integer({ min: 0, max: 4 }).map(String),
  }),
  timeMs,
  value,
});
const range = fc.tuple(timeMs, timeMs).map(([a, b]) => ({ minMs: Math.min(a, b), maxMs: Math.max(a, b) }));
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.array(sample, { maxLength: 60 }).map((samples) => ({ kind: 'append' as const, samples })),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('late' as const),
      samples: fc.array(sample, { maxLength: 20 }),
      job: fc.constantFrom('x', 'y', ''),
      hours: fc.constantFrom(0, 5),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), hours: fc.constantFrom(0.1, 1, 5) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'flush' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'reopen' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'crash' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'compact' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'clean' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('delete' as const),
      job: fc.constantFrom('x', 'y', ''),
      range: fc.oneof(range, fc.constant(EVER)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('cut' as const),
      writes: fc.nat({ max: 12 }),
      isSync: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('query' as const), range }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A store and what it must answer. */
class Subject {
  readonly #kv: FaultyStore;
  readonly #headSamplesMax: number;
  #store!: Store;
  #written: Sample[] = [];
  #nowMs = START_MS;
  /** By labels, as given by the store of this opening, and the numbering they belong to. */
  #references = new Map<string, { readonly reference: number; readonly numbering: object }>();
  /** Series forgotten in all histories so far: they have to meet it. */
  static forgotten = 0;

  constructor(kv: FaultyStore, headSamplesMax: number) {
    this.#kv = kv;
    this.#headSamplesMax = headSamplesMax;
  }

  async open(): Promise<void> {
    this.#store = await openStore({
      kv: this.#kv,
      headSamplesMax: this.#headSamplesMax,
      now: () => this.#nowMs,
    });
    this.#references = new Map();
  }

  async check(range = EVER): Promise<void> {
    const expected = expectedOf(this.#written, range);
    expect(await selectAll(this.#store, [], range)).toEqual(expected);
    const latest = Object.entries(expected).map(([series, samples]) => [series, samples.slice(-1)]);
    const hints = { ...NO_HINTS, latestOnly: true };
    expect(await selectAll(this.#store, [], range, { hints })).toEqual(Object.fromEntries(latest));
  }

  async close(): Promise<void> {
    Subject.forgotten += this.#store.stats().seriesForgotten;
    await this.#store.close();
  }

  async run(action: Step): Promise<void> {
    const store = this.#store;
    switch (action.kind) {
      case 'append':
        return this.#append(action.samples);
      case 'late':
        return this.#appendLate(action);
      case 'wait':
        this.#nowMs += action.hours * HOUR_MS;
        return;
      case 'flush':
        return store.flush();
      case 'compact':
        await Promise.all([store.flush(), store.compact(), this.check(), this.check()]);
        return;
      case 'clean':
        await Promise.all([store.cleanTombstones(), this.check()]);
        return;
      case 'delete':
        return this.#delete(action.job, action.range);
      case 'query':
        return this.check(action.range);
      case 'cut':
        return this.#cut(action.writes, action.isSync ? 'syncFailure' : 'failure');
      default:
        return this.#reopen(action.kind === 'crash');
    }
  }

  /** By references where they are known and still hold, as decoders do. */
  async #append(samples: readonly Sample[]): Promise<void> {
    const { numbering } = this.#store;
    const known = samples.filter((one) => this.#references.get(keyOf(one))?.numbering === numbering);
    const others = samples.filter((one) => !known.includes(one));
    for (const [some, batch] of [
      [known, this.#byReference(known)],
      [others, batchOf(others)],
    ] as const) {
      const verdicts = await this.#store.append(batch);
      expect(verdicts).toEqual({ accepted: some.length, exemplars: 0, refusedRows: [], refusedCodes: [] });
      this.#learn(some, batch);
      this.#written.push(...some);
    }
  }

  /** Series that a batch names by references may be deleted and forgotten before it comes. */
  async #appendLate({ samples, job, hours }: Extract<Step, { kind: 'late' }>): Promise<void> {
    const { numbering } = this.#store;
    const known = samples.filter((one) => this.#references.get(keyOf(one))?.numbering === numbering);
    const batch = this.#byReference(known);
    await this.#delete(job, EVER);
    this.#nowMs += hours * HOUR_MS;
    await Promise.all([this.#store.cleanTombstones(), this.check(), this.check()]);
    expect(await this.#store.append(batch)).toMatchObject({ accepted: known.length });
    this.#written.push(...known);
    await this.check();
  }

  async #delete(job: string, { minMs, maxMs }: TimeRange): Promise<void> {
    await this.#store.deleteSeries([[new Matcher('job', '=', job)]], { minMs, maxMs });
    this.#written = this.#written.filter(
      ({ labels, timeMs: at }) => labels.job !== job || at < minMs || at > maxMs,
    );
  }

  #byReference(samples: readonly Sample[]): WriteBatch {
    const { numbering } = this.#store;
    const named = samples.map((one) => ({ ...one, ...this.#references.get(keyOf(one))! }));
    return batchByReference(named, numbering);
  }

  #learn(samples: readonly Sample[], batch: WriteBatch): void {
    const { numbering } = batch;
    if (!numbering) return;
    for (const [row, one] of samples.entries()) {
      const reference = batch.references[batch.sampleSeries[row]];
      this.#references.set(keyOf(one), { reference, numbering });
    }
  }

  /** Lets writing fail somewhere in a flush, a compaction or the removal of what was deleted, then crashes. */
  async #cut(writes: number, kind: 'failure' | 'syncFailure'): Promise<void> {
    this.#kv.failAfter({ writes, kind });
    for (const work of ['flush', 'compact', 'cleanTombstones'] as const) {
      await this.#store[work]().catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'store_write_failed' });
      });
    }
    await this.check();
    await this.#reopen(true);
  }

  async #reopen(isCrash: boolean): Promise<void> {
    Subject.forgotten += this.#store.stats().seriesForgotten;
    // The end of a process: the database is taken away, so that closing the store cannot flush.
    if (isCrash) await this.#kv.close();
    await this.#store.close().catch((error: unknown) => {
      if (!isCrash) throw error;
    });
    this.#kv.failAfter(undefined);
    await this.#kv.reopen();
    await this.open();
    await this.check();
  }
}

function keyOf({ labels }: Sample): string {
  return Labels.fromObject(labels).key;
}

describe('any history of appends, flushes, compactions, deletions, crashes and reopens', () => {
  it('answers like a plain map (S1, S2, S7)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 18 }),
        fc.constantFrom(30, 1000),
        async (steps, headSamplesMax) => {
          const subject = new Subject(new FaultyStore(await openMemoryStore()), headSamplesMax);
          await subject.open();
          for (const action of steps) await subject.run(action);
          await subject.run({ kind: 'reopen' });
          await subject.close();
        },
      ),
      { numRuns: 200 },
    );
    expect(Subject.forgotten).toBeGreaterThan(0);
  }, 120_000);
});
