import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openMemoryStore } from './kv/memoryStore.js';
import { openStore, type Store } from './store.js';
import { batchOf, expectedOf, type Sample, selectAll, type Value } from './storeFixture.suite.js';

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
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.array(sample, { maxLength: 60 }).map((samples) => ({ kind: 'append' as const, samples })),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'flush' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'compact' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'reopen' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'crash' as const }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('query' as const), from: timeMs, to: timeMs }) },
);

describe('any history of appends, flushes, crashes and reopens', () => {
  it('answers like a plain map (S1, S2, S7)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 14 }),
        fc.constantFrom(30, 1000),
        async (steps, headSamplesMax) => {
          const kv = await openMemoryStore();
          const open = () => openStore({ kv, headSamplesMax, now: () => START_MS });
          let store: Store = await open();
          const written: Sample[] = [];
          for (const action of [...steps, { kind: 'reopen' as const }]) {
            if (action.kind === 'append') {
              await store.append(batchOf(action.samples));
              written.push(...action.samples);
            } else if (action.kind === 'flush') await store.flush();
            else if (action.kind === 'compact') await store.compact();
            else if (action.kind === 'query') {
              const range = {
                minMs: Math.min(action.from, action.to),
                maxMs: Math.max(action.from, action.to),
              };
              expect(await selectAll(store, [], range)).toEqual(expectedOf(written, range));
            } else {
              // The end of a process: the database is taken away, so that closing the store cannot flush.
              if (action.kind === 'crash') await kv.close();
              await store.close().catch((error: unknown) => {
                if (action.kind !== 'crash') throw error;
              });
              await kv.reopen();
              store = await open();
            }
          }
          expect(await selectAll(store)).toEqual(expectedOf(written));
          await store.close();
        },
      ),
      { numRuns: 150 },
    );
  });
});
