import { Matcher } from '@tinyobs/model';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openMemoryStore } from '../kv/memoryStore.js';
import { openStore, type Store } from '../store.js';
import { FaultyStore } from '../storeFixture.suite.js';
import { batchWith, exemplarsOf, type Given, samplesFor } from './exemplarFixture.suite.js';

const START_MS = 1_700_000_000_000;

const given: fc.Arbitrary<Given> = fc.record({
  series: fc.record({ __name__: fc.constantFrom('a', 'b', 'c') }),
  trace: fc.nat({ max: 12 }).map(String),
  timeMs: fc.nat({ max: 3 }).map((i) => START_MS + i),
  value: fc.nat({ max: 1 }),
});
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('append' as const), some: fc.array(given, { maxLength: 12 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('delete' as const),
      name: fc.constantFrom('a', 'b', 'c'),
      minMs: fc.nat({ max: 3 }).map((i) => START_MS + i),
      maxMs: fc.nat({ max: 3 }).map((i) => START_MS + i),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('limit' as const), max: fc.constantFrom(0, 1, 5, 20, 60) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const), isCrash: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'compact' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('cut' as const),
      writes: fc.nat({ max: 2 }),
      fault: fc.constantFrom('failure' as const, 'syncFailure' as const),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const keyOf = (one: Given) => JSON.stringify(one);

/** A store and the list of what it must have, in the order it came. */
class Subject {
  readonly #kv: FaultyStore;
  #store!: Store;
  #max = 20;
  #kept: Given[] = [];
  /** What may be there instead, since the last write failed: nobody knows before the store is opened again. */
  #perhaps: Given[] | undefined;

  constructor(kv: FaultyStore) {
    this.#kv = kv;
  }

  async open(): Promise<void> {
    this.#store = await openStore({ kv: this.#kv, exemplarsMax: this.#max, now: () => START_MS });
  }

  async run(one: Step): Promise<void> {
    if (one.kind === 'append') {
      const kept = [...this.#kept];
      for (const next of one.some) if (!kept.some((known) => keyOf(known) === keyOf(next))) kept.push(next);
      await this.#write(kept.slice(Math.max(0, kept.length - this.#max)), () =>
        this.#store.append(batchWith(one.some, samplesFor(one.some))),
      );
    } else if (one.kind === 'delete') {
      const { name, minMs, maxMs } = one;
      const isGone = ({ series, timeMs = 0 }: Given) =>
        series['__name__'] === name && timeMs >= minMs && timeMs <= maxMs;
      await this.#write(
        this.#kept.filter((known) => !isGone(known)),
        () => this.#store.deleteSeries([[new Matcher('__name__', '=', name)]], { minMs, maxMs }),
      );
    } else if (one.kind === 'limit') {
      this.#max = one.max;
      this.#store.reconfigure({ exemplarsMax: one.max });
      await this.#write(this.#kept.slice(Math.max(0, this.#kept.length - one.max)), () =>
        this.#store.compact(),
      );
    } else if (one.kind === 'compact') await this.#write(this.#kept, () => this.#store.compact());
    else if (one.kind === 'cut') this.#kv.failAfter({ writes: one.writes, kind: one.fault });
    else await this.#reopen(one.isCrash);
  }

  async check(): Promise<void> {
    expect(await this.#found()).toEqual(this.#kept.map(keyOf).sort());
  }

  async close(): Promise<void> {
    this.#kv.failAfter(undefined);
    await this.#store.close().catch(() => undefined);
  }

  async #found(): Promise<string[]> {
    const found = Object.entries(await exemplarsOf(this.#store)).flatMap(([name, texts]) =>
      texts.map((text) => {
        const [, trace, timeMs, value] = /^(.*)@(.*)=(.*)$/.exec(text)!;
        return keyOf({ series: { __name__: name }, trace, timeMs: Number(timeMs), value: Number(value) });
      }),
    );
    return found.sort();
  }

  async #write(after: Given[], write: () => Promise<unknown>): Promise<void> {
    try {
      await write();
      this.#kept = after;
    } catch (error) {
      expect((error as { code: string }).code).toBe('store_write_failed');
      this.#perhaps ??= after;
      await this.#reopen(true);
    }
  }

  /** After a crash what was limited and not written yet is limited when the store is opened. */
  async #reopen(isCrash: boolean): Promise<void> {
    if (isCrash) this.#kv.failure ??= new Error('gone');
    await this.#store.close().catch(() => undefined);
    this.#kv.failAfter(undefined);
    await this.#kv.reopen();
    await this.open();
    const limited = (some: readonly Given[]) => some.slice(Math.max(0, some.length - this.#max));
    const found = await this.#found();
    const perhaps = this.#perhaps && limited(this.#perhaps);
    this.#perhaps = undefined;
    this.#kept = limited(this.#kept);
    if (perhaps && JSON.stringify(perhaps.map(keyOf).sort()) === JSON.stringify(found)) this.#kept = perhaps;
  }
}

it('exemplars are those of a plain list, whatever happens to the store', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const subject = new Subject(new FaultyStore(await openMemoryStore()));
      await subject.open();
      for (const one of steps) {
        await subject.run(one);
        await subject.check();
      }
      await subject.close();
    }),
    { numRuns: process.env.TEST_SCALE === 'full' ? 1000 : 150 },
  );
}, 300_000);
