import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bytesOf } from '../documents/documents.suite.js';
import { AUDIT_ENTRY_BYTES_MAX, AUDIT_READ_MAX } from '../limits.js';
import { openStore, type Store } from '../store.js';
import type { StoreOptions } from '../storeOptions.js';

/** What an audit log must do over any key-value store. `place` gives options that name one database again and again. */
export function auditSuite(name: string, place: () => Promise<() => Promise<StoreOptions>>): void {
  describe(`audit log on ${name}`, () => {
    let where: () => Promise<StoreOptions>;
    let store: Store;
    let options: StoreOptions;
    const open = async (more: StoreOptions = options) => {
      options = more;
      store = await openStore({ ...more, ...(await where()) });
    };
    const reopen = async (more: StoreOptions = options) => {
      await store.close();
      await open(more);
    };
    const appendSome = (count: number, from = 1) =>
      Promise.all(Array.from({ length: count }, (_, i) => store.audit.append(bytesOf(`entry ${from + i}`))));
    /** Every entry, read in pages of some. */
    const readAll = async (limit: number) => {
      const found: string[] = [];
      for (let beforeSeq: number | undefined; ; ) {
        const page = await store.audit.read({ beforeSeq, limit });
        for (const { seq, bytes } of page) found.push(`${seq}: ${new TextDecoder().decode(bytes)}`);
        if (page.length < limit) return found;
        beforeSeq = page[page.length - 1].seq;
      }
    };
    const textsOf = (newest: number, oldest: number) =>
      Array.from({ length: newest - oldest + 1 }, (_, i) => `${newest - i}: entry ${newest - i}`);

    beforeEach(async () => {
      where = await place();
      await open({});
    });
    afterEach(() => store.close());

    it('numbers entries from 1 on, and gives the newest first, also when it was opened again', async () => {
      expect(await readAll(10)).toEqual([]);
      expect(await store.audit.append(bytesOf('entry 1'))).toBe(1);
      expect(await appendSome(9, 2)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
      for (const again of [false, true]) {
        if (again) await reopen();
        for (const limit of [1, 3, 10, AUDIT_READ_MAX]) expect(await readAll(limit)).toEqual(textsOf(10, 1));
      }
      expect(await store.audit.append(bytesOf('entry 11'))).toBe(11);
      const [{ seq }] = await store.audit.read({ beforeSeq: 11, limit: 1 });
      expect(seq).toBe(10);
      expect(await store.audit.read({ beforeSeq: 1, limit: 5 })).toEqual([]);
      expect(await store.audit.read({ beforeSeq: 999, limit: 1 })).toHaveLength(1);
    });

    it('drops the oldest entries past its limit, and numbers on', async () => {
      await reopen({ auditEntriesMax: 128 });
      for (let from = 1; from <= 1000; from += 40) await appendSome(40, from);
      const kept = await readAll(50);
      expect(kept.length).toBeGreaterThanOrEqual(128);
      expect(kept.length).toBeLessThanOrEqual(130);
      expect(kept).toEqual(textsOf(1000, 1001 - kept.length));
      await reopen();
      expect(await readAll(50)).toEqual(kept);
      await reopen({ auditEntriesMax: 1 });
      expect(await store.audit.append(bytesOf('entry 1001'))).toBe(1001);
      expect(await store.audit.append(bytesOf('entry 1002'))).toBe(1002);
      expect(await readAll(50)).toEqual(['1002: entry 1002']);
    });

    it('is read while it drops what is read', async () => {
      await reopen({ auditEntriesMax: 64 });
      await appendSome(64);
      const reads: Promise<unknown>[] = [];
      for (let from = 65; from < 400; from += 16) {
        const appended = appendSome(16, from);
        reads.push(store.audit.read({ limit: 64 }), store.audit.read({ beforeSeq: from - 30, limit: 64 }));
        await appended;
      }
      for (const page of await Promise.all(reads)) expect(Array.isArray(page)).toBe(true);
      expect((await readAll(9))[0]).toBe('400: entry 400');
    });

    it('takes entries up to a size, and numbers that are whole', async () => {
      expect(await store.audit.append(new Uint8Array(AUDIT_ENTRY_BYTES_MAX))).toBe(1);
      const refused = { code: 'invalid_parameter' };
      await expect(store.audit.append(new Uint8Array(AUDIT_ENTRY_BYTES_MAX + 1))).rejects.toMatchObject(
        refused,
      );
      for (const limit of [0, -1, 1.5, Number.NaN, AUDIT_READ_MAX + 1]) {
        await expect(store.audit.read({ limit })).rejects.toMatchObject({
          ...refused,
          details: { parameter: 'limit' },
        });
      }
      for (const beforeSeq of [-1, 0.5, Number.NaN]) {
        await expect(store.audit.read({ beforeSeq, limit: 1 })).rejects.toMatchObject({
          ...refused,
          details: { parameter: 'beforeSeq' },
        });
      }
      const [{ seq, bytes }, ...others] = await store.audit.read({ limit: 2 });
      expect([seq, bytes.length, others]).toEqual([1, AUDIT_ENTRY_BYTES_MAX, []]);
    });

    it('is written when the store is closed, and refuses after that', async () => {
      const appended = appendSome(3);
      await store.close();
      expect(await appended).toEqual([1, 2, 3]);
      await expect(store.audit.append(bytesOf('late'))).rejects.toMatchObject({ code: 'store_closed' });
      await expect(store.audit.read({ limit: 1 })).rejects.toMatchObject({ code: 'store_closed' });
      await open();
      expect(await readAll(2)).toEqual(textsOf(3, 1));
    });
  });
}
