import { describe, expect, it } from 'vitest';
import { openStore } from '../store.js';
import { openBrowserStore } from './browserStore.js';

/** What a database of IndexedDB does beside what every key-value store does. Runs in browsers only. */
export function browserStoreSuite(freshName: () => string): void {
  describe('a database of IndexedDB', () => {
    it('is open once at a time, and can be opened again when it is closed', async () => {
      const name = freshName();
      const kv = await openBrowserStore({ name });
      await expect(openBrowserStore({ name })).rejects.toMatchObject({ code: 'store_locked' });
      await kv.close();
      await (await openBrowserStore({ name })).close();
    });

    it('refuses data folders', async () => {
      await expect(openStore({ dataDir: 'data' })).rejects.toMatchObject({ code: 'config_invalid' });
    });

    it('keeps each value in a buffer of its own', async () => {
      const kv = await openBrowserStore({ name: freshName() });
      const batch = kv.batch();
      batch.put(Uint8Array.of(1), new Uint8Array(2 ** 20).subarray(5, 8));
      await batch.write({ sync: true });
      expect((await kv.get(Uint8Array.of(1)))?.buffer.byteLength).toBe(3);
      await kv.close();
    });

    it('tells a database that has grown too large from one that cannot be written', async () => {
      const kv = await openBrowserStore({ name: freshName() });
      const { IDBObjectStore } = globalThis as unknown as { IDBObjectStore: { prototype: { put: unknown } } };
      const { put } = IDBObjectStore.prototype;
      const { DOMException } = globalThis as unknown as {
        DOMException: new (text: string, name: string) => Error;
      };
      const fail = async (name: string) => {
        IDBObjectStore.prototype.put = () => {
          throw new DOMException('no', name);
        };
        const batch = kv.batch();
        batch.put(Uint8Array.of(1), Uint8Array.of(1));
        return batch.write({ sync: true }).finally(() => {
          IDBObjectStore.prototype.put = put;
        });
      };
      await expect(fail('QuotaExceededError')).rejects.toMatchObject({ code: 'store_full' });
      await expect(fail('UnknownError')).rejects.toMatchObject({ code: 'store_write_failed' });
      expect(await kv.get(Uint8Array.of(1))).toBeUndefined();
      await kv.close();
    });
  });
}
