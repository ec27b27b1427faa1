import { beforeEach, describe, expect, it } from 'vitest';
import { bytesOf } from '../documents/documents.suite.js';
import { AUDIT_ENDS_KEY, auditKey } from '../kv/keys.js';
import { decodeLogEnds, putLogEnds } from '../kv/logEnds.js';
import { openMemoryStore } from '../kv/memoryStore.js';
import { seal, unseal } from '../kv/seal.js';
import {
  AUDIT_ENTRY_BYTES_MAX,
  AUDIT_REMOVALS_PER_BATCH,
  AUDIT_WAITING_BYTES_MAX,
  WAITING_BYTES,
} from '../limits.js';
import { openStore, type Store } from '../store.js';
import type { StoreEvent } from '../storeEvent.js';
import { entriesOf, FaultyStore, putRaw } from '../storeFixture.suite.js';
import type { StoreOptions } from '../storeOptions.js';
import { encodeLostAuditEntry } from './auditRecord.js';

const ENTRIES = 10;
const CORRUPT = { code: 'store_corrupt' };

let kv: FaultyStore;
let store: Store;
let events: StoreEvent[];

const open = async (options: StoreOptions = {}) => {
  events = [];
  store = await openStore({ ...options, kv, onEvent: (event) => events.push(event) });
};
const closeAnd = async (change: () => Promise<void>, options?: StoreOptions) => {
  await store.close();
  await kv.reopen();
  await change();
  await open(options);
};
const corruptions = () => events.filter(({ type }) => type === 'corruption').length;
const seqsOf = async (beforeSeq?: number, limit = 100) =>
  (await store.audit.read({ beforeSeq, limit })).map(({ seq }) => seq);
const appendSome = (count: number) =>
  Promise.all(Array.from({ length: count }, (_, i) => store.audit.append(bytesOf(`entry ${i}`))));
const storedSeqs = async () => (await entriesOf(kv, 'u/')).length;
const flip = async (key: Uint8Array, place: number) => {
  const value = Uint8Array.from((await kv.get(key))!);
  value[place] ^= 1;
  await putRaw(kv, key, value);
};

/** A gate that is opened by hand. */
function gate() {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

beforeEach(async () => {
  kv = new FaultyStore(await openMemoryStore());
  await open();
  await appendSome(ENTRIES);
});

describe('an audit log', () => {
  it('writes what arrives together in one batch', async () => {
    const { writes } = kv;
    kv.closeGate(() => true);
    const first = store.audit.append(bytesOf('first'));
    await new Promise(setImmediate);
    const others = appendSome(20);
    kv.openGate();
    expect(await first).toBe(ENTRIES + 1);
    expect(await others).toEqual(Array.from({ length: 20 }, (_, i) => ENTRIES + 2 + i));
    expect(kv.writes - writes).toBe(2);
  });

  it('shows an entry only when its write is kept', async () => {
    kv.closeGate(() => true);
    const appended = store.audit.append(bytesOf('waits'));
    expect((await seqsOf())[0]).toBe(ENTRIES);
    kv.openGate();
    await appended;
    expect((await seqsOf())[0]).toBe(ENTRIES + 1);
  });

  it('bounds what waits to be written', async () => {
    kv.closeGate(() => true);
    const bytes = new Uint8Array(AUDIT_ENTRY_BYTES_MAX);
    const count = Math.floor(AUDIT_WAITING_BYTES_MAX / (AUDIT_ENTRY_BYTES_MAX + WAITING_BYTES));
    const appends = Array.from({ length: count }, () => store.audit.append(bytes));
    await expect(store.audit.append(bytes)).rejects.toMatchObject({ code: 'store_busy' });
    kv.openGate();
    await Promise.all(appends);
    expect(await store.audit.append(bytesOf('x'))).toBe(ENTRIES + count + 1);
  });

  it('removes the oldest in batches, also when fewer are to be kept than before', async () => {
    const removed = AUDIT_REMOVALS_PER_BATCH;
    await appendSome(2 * removed);
    await closeAnd(() => Promise.resolve(), { auditEntriesMax: 100 });
    await store.audit.append(bytesOf('x'));
    expect(await storedSeqs()).toBe(ENTRIES + removed + 1);
    await store.audit.append(bytesOf('x'));
    await store.audit.append(bytesOf('x'));
    expect(await storedSeqs()).toBe(101);
    const ends = decodeLogEnds(unseal(AUDIT_ENDS_KEY, (await kv.get(AUDIT_ENDS_KEY))!));
    expect(ends.next - ends.low).toBe(101);
    expect(await seqsOf(undefined, 1000)).toHaveLength(101);
  });

  it('is read as it is while entries are removed, before that is known and after reading began', async () => {
    await closeAnd(() => Promise.resolve(), { auditEntriesMax: ENTRIES });
    const [applied, known, begun] = [gate(), gate(), gate()];
    const guard = kv.guard.bind(kv);
    kv.guard = async (write) => {
      await guard(write);
      applied.open();
      await known.opened;
    };
    const iterate = kv.iterate.bind(kv);
    kv.iterate = (range) => {
      const iterator = begun.opened.then(() => iterate(range));
      return {
        next: async (count) => (await iterator).next(count),
        close: async () => (await iterator).close(),
      };
    };
    const before = seqsOf();
    const appended = store.audit.append(bytesOf('the first goes for it'));
    await applied.opened;
    const meanwhile = seqsOf();
    begun.open();
    expect(await before).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2]);
    expect(await meanwhile).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2]);
    known.open();
    expect(await appended).toBe(11);
    expect((await seqsOf())[0]).toBe(11);
    expect(corruptions()).toBe(0);
  });

  it('leaves out what a repair found lost, and reads on behind it', async () => {
    await closeAnd(async () => {
      for (const seq of [4, 5, 6])
        await putRaw(kv, auditKey(seq), seal(auditKey(seq), encodeLostAuditEntry()));
    });
    expect(await seqsOf(undefined, 6)).toEqual([10, 9, 8, 7, 3, 2]);
    expect(await seqsOf(7, 1)).toEqual([3]);
    expect(corruptions()).toBe(0);
  });
});

describe('a damaged audit log', () => {
  it.each([
    ['damaged (S3)', (key: Uint8Array) => flip(key, 3)],
    ['missing (S4)', (key: Uint8Array) => putRaw(kv, key, undefined)],
  ])('says when an entry is %s, and gives the others', async (_, damage) => {
    await closeAnd(() => damage(auditKey(5)));
    expect(corruptions()).toBe(0);
    await expect(seqsOf()).rejects.toMatchObject({ ...CORRUPT, message: expect.stringMatching(/entry 5 /) });
    expect([corruptions(), store.stats().corruptions]).toEqual([1, 1]);
    expect(await seqsOf(undefined, 5)).toEqual([10, 9, 8, 7, 6]);
    expect(await seqsOf(5)).toEqual([4, 3, 2, 1]);
    expect(await store.audit.append(bytesOf('goes on'))).toBe(11);
  });

  it.each([1, ENTRIES])('says so at once of the first and the last entry: %i', async (seq) => {
    await closeAnd(() => putRaw(kv, auditKey(seq), undefined));
    expect(corruptions()).toBe(1);
    await expect(seqsOf()).rejects.toMatchObject(CORRUPT);
    expect(await store.audit.append(bytesOf('goes on'))).toBe(11);
  });

  it.each([
    ['gone', () => putRaw(kv, AUDIT_ENDS_KEY, undefined)],
    ['damaged', () => flip(AUDIT_ENDS_KEY, 2)],
    [
      'of an earlier time',
      () => {
        const batch = kv.batch();
        putLogEnds(batch, AUDIT_ENDS_KEY, { low: 1, next: 8 });
        return batch.write({ sync: false });
      },
    ],
  ])('takes no entry when the record of its ends is %s', async (_, damage) => {
    await closeAnd(damage);
    expect(corruptions()).toBe(1);
    const before = await entriesOf(kv);
    await expect(store.audit.append(bytesOf('x'))).rejects.toMatchObject(CORRUPT);
    await expect(seqsOf()).rejects.toMatchObject(CORRUPT);
    expect(await entriesOf(kv)).toEqual(before);
  });
});

describe('an entry that cannot be written (S5)', () => {
  it('is not there, and its number is given again', async () => {
    kv.failure = new Error('IO error: broken');
    const both = [store.audit.append(bytesOf('a')), store.audit.append(bytesOf('b'))];
    for (const one of both) await expect(one).rejects.toMatchObject({ code: 'store_write_failed' });
    kv.failure = undefined;
    await expect(store.audit.append(bytesOf('c'))).rejects.toMatchObject({ code: 'store_write_failed' });
    await expect(store.documents.put('key', 'a', bytesOf('c'))).rejects.toMatchObject({
      code: 'store_write_failed',
    });
    expect((await seqsOf())[0]).toBe(ENTRIES);
    await closeAnd(() => Promise.resolve());
    expect(await store.audit.append(bytesOf('d'))).toBe(ENTRIES + 1);
  });

  it('may be there when only its sync failed, and keeps its number then', async () => {
    kv.syncFailure = new Error('fsync failed');
    await expect(store.audit.append(bytesOf('perhaps'))).rejects.toMatchObject({
      code: 'store_write_failed',
    });
    expect((await seqsOf())[0]).toBe(ENTRIES);
    kv.syncFailure = undefined;
    await closeAnd(() => Promise.resolve());
    expect((await seqsOf())[0]).toBe(ENTRIES + 1);
    expect(await store.audit.append(bytesOf('next'))).toBe(ENTRIES + 2);
  });
});
