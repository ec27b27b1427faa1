import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { KeyValueSnapshot, KeyValueStore } from './keyValueStore.js';
import { keyValueStoreSuite } from './keyValueStore.suite.js';
import { openMemoryStore } from './memoryStore.js';
import { VersionedStore } from './versionedStore.js';

const open = async (imageBytesMax = 2 ** 20) =>
  new VersionedStore(await openMemoryStore(), { imageBytesMax });
keyValueStoreSuite('versions over memory', open);

const RANGE = { gte: Uint8Array.of(0), lt: Uint8Array.of(0xff) };

async function read(kv: KeyValueStore, snapshot?: KeyValueSnapshot, countMax = 3): Promise<string[]> {
  const iterator = kv.iterate(RANGE, snapshot);
  const found: string[] = [];
  for (
    let entries = await iterator.next(countMax);
    entries.length > 0;
    entries = await iterator.next(countMax)
  ) {
    found.push(...entries.map(([key, value]) => `${key}=${value}`));
  }
  await iterator.close();
  return found;
}

type Change =
  | { readonly put: number; readonly value: number }
  | { readonly del: number }
  | { readonly clear: number };

function apply(kv: KeyValueStore, changes: readonly Change[]): Promise<void> {
  const [first] = changes;
  if ('clear' in first) {
    return kv.clear({ gte: Uint8Array.of(first.clear), lt: Uint8Array.of(first.clear + 4) });
  }
  const batch = kv.batch();
  for (const change of changes) {
    if ('put' in change) batch.put(Uint8Array.of(change.put), Uint8Array.of(change.value));
    else if ('del' in change) batch.del(Uint8Array.of(change.del));
  }
  return batch.write({ sync: false });
}

const key = fc.integer({ min: 1, max: 12 });
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ put: key, value: fc.nat({ max: 255 }) }),
  fc.record({ del: key }),
  fc.record({ clear: key }),
);

it('shows each of many snapshots what was there after the writes before it, whatever goes on meanwhile', async () => {
  const step = fc.record({
    changes: fc.array(change, { minLength: 1, maxLength: 4 }),
    waits: fc.boolean(),
    closes: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const kv = await open();
      // The same writes one by one, each seen in full before the next.
      const plain = await openMemoryStore();
      const writes: Promise<void>[] = [];
      const seen: {
        readonly snapshot: KeyValueSnapshot;
        readonly expected: string[];
        readonly found: Promise<string[]>;
      }[] = [];
      for (const { changes, waits, closes } of steps) {
        const snapshot = kv.snapshot();
        seen.push({ snapshot, expected: await read(plain), found: read(kv, snapshot) });
        writes.push(apply(kv, changes));
        await apply(plain, changes);
        if (waits) await writes.at(-1);
        if (closes) {
          const { found } = seen[0];
          await found;
          await seen[0].snapshot.close();
        }
      }
      await Promise.all(writes);
      for (const [i, { snapshot, expected, found }] of seen.entries()) {
        expect(await found).toEqual(expected);
        if (i === 0 && steps.some(({ closes }) => closes)) continue;
        expect(await read(kv, snapshot)).toEqual(expected);
        const keys = Array.from({ length: 15 }, (_, k) => Uint8Array.of(k));
        const values = await kv.getMany(keys, snapshot);
        const got = values.flatMap((value, k) => (value ? [`${k}=${value}`] : []));
        expect(got).toEqual(expected);
      }
      expect(await read(kv)).toEqual(await read(plain));
      await Promise.all([kv.close(), plain.close()]);
    }),
    { numRuns: 300 },
  );
});

it('lets a snapshot see the writes that had begun when it was taken, whole', async () => {
  const kv = await open();
  const first = apply(kv, [
    { put: 1, value: 1 },
    { put: 2, value: 2 },
  ]);
  const snapshot = kv.snapshot();
  const second = apply(kv, [{ del: 1 }]);
  expect(await read(kv, snapshot)).toEqual(['1=1', '2=2']);
  await Promise.all([first, second]);
  expect(await read(kv, snapshot)).toEqual(['1=1', '2=2']);
  expect(await read(kv)).toEqual(['2=2']);
  await kv.close();
});

it('lets a snapshot fail rather than keep more than it may, and serves the next', async () => {
  const kv = await open(10_000);
  const value = new Uint8Array(1000);
  const batch = kv.batch();
  for (let i = 0; i < 20; i++) batch.put(Uint8Array.of(i), value);
  await batch.write({ sync: false });
  const snapshot = kv.snapshot();
  await kv.clear(RANGE);
  await expect(read(kv, snapshot)).rejects.toMatchObject({ code: 'store_busy' });
  await expect(kv.get(Uint8Array.of(1), snapshot)).rejects.toMatchObject({ code: 'store_busy' });
  await snapshot.close();
  const next = kv.snapshot();
  expect(await read(kv, next)).toEqual([]);
  await next.close();
  await kv.close();
});

it('fails one write and does the next', async () => {
  const inner = await openMemoryStore();
  const kv = new VersionedStore(inner, { imageBytesMax: 1000 });
  const snapshot = kv.snapshot();
  const broken = kv.batch();
  broken.put(Uint8Array.of(1), Uint8Array.of(1));
  const written = broken.write({ sync: false });
  await written;
  await expect(broken.write({ sync: false })).rejects.toThrow();
  await apply(kv, [{ put: 2, value: 2 }]);
  expect(await read(kv)).toEqual(['1=1', '2=2']);
  expect(await read(kv, snapshot)).toEqual([]);
  await kv.close();
});
