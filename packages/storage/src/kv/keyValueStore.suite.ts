import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compareKeys } from './keys.js';
import type { KeyValueStore } from './keyValueStore.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined) =>
  value !== undefined ? new TextDecoder().decode(value) : undefined;
const ALL = { gte: bytes('\0'), lt: bytes('~') };

/** What every `KeyValueStore` must do. */
export function keyValueStoreSuite(name: string, open: () => Promise<KeyValueStore>): void {
  describe(`key-value store: ${name}`, () => {
    let kv: KeyValueStore;
    beforeEach(async () => {
      kv = await open();
    });
    afterEach(() => kv.close());

    const put = async (entries: Record<string, string>, sync = false) => {
      const batch = kv.batch();
      for (const [key, value] of Object.entries(entries)) batch.put(bytes(key), bytes(value));
      await batch.write({ sync });
    };
    const scan = async (range = ALL, snapshot?: ReturnType<KeyValueStore['snapshot']>, countMax = 2) => {
      const iterator = kv.iterate(range, snapshot);
      const found: string[] = [];
      for (;;) {
        const entries = await iterator.next(countMax);
        if (entries.length === 0) break;
        expect(entries.length).toBeLessThanOrEqual(countMax);
        for (const [key, value] of entries) found.push(`${text(key)}=${text(value)}`);
      }
      await iterator.close();
      return found;
    };

    it('gets what was put, and nothing for what was not', async () => {
      await put({ a: '1', b: '' }, true);
      expect(text(await kv.get(bytes('a')))).toBe('1');
      expect((await kv.get(bytes('b')))?.length).toBe(0);
      expect(await kv.get(bytes('c'))).toBeUndefined();
      expect((await kv.getMany([bytes('b'), bytes('x'), bytes('a')])).map(text)).toEqual([
        '',
        undefined,
        '1',
      ]);
    });

    it('writes a batch as a whole, later entries over earlier ones', async () => {
      const batch = kv.batch();
      batch.put(bytes('a'), bytes('1'));
      batch.put(bytes('a'), bytes('2'));
      batch.put(bytes('b'), bytes('3'));
      batch.del(bytes('b'));
      expect(batch.sizeBytes).toBe(7);
      expect(await scan()).toEqual([]);
      await batch.write({ sync: true });
      expect(await scan()).toEqual(['a=2']);
    });

    it('writes an empty batch', async () => {
      await kv.batch().write({ sync: true });
      expect(await scan()).toEqual([]);
    });

    it('copies keys and values when they are put', async () => {
      const key = bytes('k');
      const value = bytes('v');
      const batch = kv.batch();
      batch.put(key, value);
      key[0] = value[0] = 0x7a;
      await batch.write({ sync: false });
      value[0] = 0x7b;
      expect(await scan()).toEqual(['k=v']);
    });

    it('iterates in byte order from gte up to but without lt', async () => {
      await put({ a: '1', b: '2', c: '3', d: '4' });
      const batch = kv.batch();
      batch.put(Uint8Array.of(0x61, 0xff), bytes('high'));
      batch.put(Uint8Array.of(0x61, 0x00), bytes('low'));
      await batch.write({ sync: false });
      const values = (await scan({ gte: bytes('a'), lt: bytes('d') })).map((entry) => entry.split('=')[1]);
      expect(values).toEqual(['1', 'low', 'high', '2', '3']);
      expect(await scan({ gte: bytes('b'), lt: bytes('b') })).toEqual([]);
    });

    it('shows a snapshot what was there when it was taken', async () => {
      await put({ a: '1', b: '2' });
      const snapshot = kv.snapshot();
      const batch = kv.batch();
      batch.put(bytes('a'), bytes('9'));
      batch.del(bytes('b'));
      batch.put(bytes('c'), bytes('3'));
      await batch.write({ sync: false });
      expect(await scan(ALL, snapshot)).toEqual(['a=1', 'b=2']);
      expect(text(await kv.get(bytes('b'), snapshot))).toBe('2');
      expect((await kv.getMany([bytes('a'), bytes('c')], snapshot)).map(text)).toEqual(['1', undefined]);
      await snapshot.close();
      expect(await scan()).toEqual(['a=9', 'c=3']);
    });

    it('goes on with what a snapshot saw while that is overwritten, removed and added to', async () => {
      const entries = Array.from({ length: 40 }, (_, i) => [`k${i + 10}`, `old${i}`]);
      await put(Object.fromEntries(entries));
      const snapshot = kv.snapshot();
      const iterator = kv.iterate(ALL, snapshot);
      const found = await iterator.next(5);
      await kv.clear({ gte: bytes('k12'), lt: bytes('k30') });
      await put(Object.fromEntries(entries.slice(15, 35).map(([key]) => [key, 'new'])));
      await put({ a: 'before', k115: 'between', z: 'behind' });
      await kv.clear({ gte: bytes('k40'), lt: bytes('z') });
      for (let next = await iterator.next(7); next.length > 0; next = await iterator.next(7))
        found.push(...next);
      await iterator.close();
      expect(found.map(([key, value]) => [text(key), text(value)])).toEqual(entries);
      expect(await scan(ALL, snapshot)).toEqual(entries.map((entry) => entry.join('=')));
      await snapshot.close();
      expect(await scan({ gte: bytes('a'), lt: bytes('k30') })).toEqual([
        'a=before',
        'k10=old0',
        'k11=old1',
        'k115=between',
        'k25=new',
        'k26=new',
        'k27=new',
        'k28=new',
        'k29=new',
      ]);
    });

    it('gives the bytes of large values back', async () => {
      const large = new Uint8Array(3_000_000).map((_, i) => i % 251);
      const batch = kv.batch();
      batch.put(bytes('large'), large);
      await batch.write({ sync: true });
      expect(compareKeys((await kv.get(bytes('large')))!, large)).toBe(0);
    });

    it('keeps everything over compaction, and says sizes that are not negative', async () => {
      await put({ a: '1', b: '2' });
      await kv.compactRange(ALL);
      expect(await scan()).toEqual(['a=1', 'b=2']);
      expect(await kv.approximateSize(ALL)).toBeGreaterThanOrEqual(0);
    });

    it('closes twice, ends open iterators and snapshots, and opens again with what was written', async () => {
      await put({ a: '1' }, true);
      const iterator = kv.iterate(ALL);
      kv.snapshot();
      await kv.close();
      await kv.close();
      await expect(iterator.next(1)).rejects.toThrow();
      await expect(kv.get(bytes('a'))).rejects.toThrow();
      await kv.reopen();
      expect(kv.openWarnings).toEqual([]);
      expect(await scan()).toEqual(['a=1']);
    });
  });
}
