import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DOCUMENT_BYTES_MAX } from '../limits.js';
import { openStore, type Store } from '../store.js';
import type { StoreOptions } from '../storeOptions.js';

/** A document of some bytes. */
export const bytesOf = (text: string) => new TextEncoder().encode(text);

/** What documents must do over any key-value store. `place` gives options that name one database again and again. */
export function documentsSuite(name: string, place: () => Promise<() => Promise<StoreOptions>>): void {
  describe(`documents on ${name}`, () => {
    let where: () => Promise<StoreOptions>;
    let store: Store;
    const open = async () => {
      store = await openStore(await where());
    };
    const reopen = async () => {
      await store.close();
      await open();
    };
    const texts = async () =>
      (await store.documents.list('key')).map(({ id, bytes }) => `${id}: ${new TextDecoder().decode(bytes)}`);

    beforeEach(async () => {
      where = await place();
      await open();
    });
    afterEach(() => store.close());

    it('are listed by id, found, replaced and deleted, also when the store was opened again', async () => {
      expect(await texts()).toEqual([]);
      await store.documents.put('key', 'b', bytesOf('second'));
      await store.documents.put('key', 'a_-9', bytesOf('first'));
      await store.documents.put('key', 'C', new Uint8Array(0));
      await store.documents.put('key', 'b', bytesOf('replaced'));
      expect(await store.documents.delete('key', 'C')).toBe(true);
      expect(await store.documents.delete('key', 'C')).toBe(false);
      for (const again of [false, true]) {
        if (again) await reopen();
        expect(await texts()).toEqual(['a_-9: first', 'b: replaced']);
        expect(await store.documents.get('key', 'b')).toEqual(bytesOf('replaced'));
        expect(await store.documents.get('key', 'C')).toBeUndefined();
      }
    });

    it('of one kind are apart from those of another', async () => {
      await store.documents.put('key', 'same', bytesOf('a key'));
      await store.documents.put('dashboard', 'same', bytesOf('a dashboard'));
      expect(await store.documents.delete('key', 'same')).toBe(true);
      await reopen();
      expect(await store.documents.get('dashboard', 'same')).toEqual(bytesOf('a dashboard'));
      expect(await texts()).toEqual([]);
    });

    it('are as large as a document may be, and no larger', async () => {
      await store.documents.put('dashboard', 'largest', new Uint8Array(DOCUMENT_BYTES_MAX).fill(7));
      await expect(
        store.documents.put('dashboard', 'larger', new Uint8Array(DOCUMENT_BYTES_MAX + 1)),
      ).rejects.toMatchObject({ code: 'invalid_parameter', details: { sizeBytes: DOCUMENT_BYTES_MAX + 1 } });
      await reopen();
      const [{ id, bytes }, ...others] = await store.documents.list('dashboard');
      expect([id, bytes.length, others]).toEqual(['largest', DOCUMENT_BYTES_MAX, []]);
      expect(bytes.every((byte) => byte === 7)).toBe(true);
    });

    it('are refused under what is no id', async () => {
      for (const id of ['', 'a b', 'ä', 'a/b', 'a'.repeat(65), 'a\n']) {
        const refused = { code: 'invalid_parameter', details: { parameter: 'id' } };
        await expect(store.documents.put('key', id, bytesOf('x')), id).rejects.toMatchObject(refused);
        await expect(store.documents.get('key', id), id).rejects.toMatchObject(refused);
        await expect(store.documents.delete('key', id), id).rejects.toMatchObject(refused);
      }
      await store.documents.put('key', 'a'.repeat(64), bytesOf('x'));
      expect(await texts()).toEqual([`${'a'.repeat(64)}: x`]);
    });

    it('changed at the same time are as after the last change of each', async () => {
      const changes = Array.from({ length: 40 }, (_, i) =>
        i % 5 === 4
          ? store.documents.delete('key', `id${i % 3}`)
          : store.documents.put('key', `id${i % 3}`, bytesOf(String(i))),
      );
      const listed = store.documents.list('key');
      await Promise.all(changes);
      const last = ['id0: 36', 'id1: 37', 'id2: 38'];
      expect((await listed).map(({ id }) => id)).toEqual(['id1', 'id2']);
      expect(await texts()).toEqual(['id1: 37', 'id2: 38']);
      await store.documents.put('key', 'id0', bytesOf('36'));
      await reopen();
      expect(await texts()).toEqual(last);
    });

    it('are what they were when they were given, and what is read belongs to the reader', async () => {
      const bytes = bytesOf('given');
      const put = store.documents.put('key', 'a', bytes);
      bytes.fill(0);
      await put;
      (await store.documents.get('key', 'a'))?.fill(0);
      expect(await texts()).toEqual(['a: given']);
    });

    it('are written when the store is closed, and refused after that', async () => {
      const put = store.documents.put('key', 'a', bytesOf('last'));
      await store.close();
      await put;
      const refused = { code: 'store_closed' };
      await expect(store.documents.put('key', 'b', bytesOf('late'))).rejects.toMatchObject(refused);
      await expect(store.documents.delete('key', 'a')).rejects.toMatchObject(refused);
      await expect(store.documents.get('key', 'a')).rejects.toMatchObject(refused);
      await expect(store.documents.list('key')).rejects.toMatchObject(refused);
      await open();
      expect(await texts()).toEqual(['a: last']);
    });
  });
}
