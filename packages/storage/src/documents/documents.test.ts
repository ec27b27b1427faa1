import { TinyObsError } from '@tinyobs/model';
import { beforeEach, describe, expect, it } from 'vitest';
import { type DocumentKind, documentCountKey, documentKey } from '../kv/keys.js';
import { openMemoryStore } from '../kv/memoryStore.js';
import { seal } from '../kv/seal.js';
import { DOCUMENT_BYTES_MAX, DOCUMENTS_BYTES_MAX, DOCUMENTS_MAX } from '../limits.js';
import { openStore, type Store } from '../store.js';
import type { StoreEvent } from '../storeEvent.js';
import { entriesOf, FaultyStore, putRaw } from '../storeFixture.suite.js';
import { encodeDocument, putDocumentCount } from './documentRecord.js';
import { bytesOf } from './documents.suite.js';

let kv: FaultyStore;
let store: Store;
let events: StoreEvent[];

const open = async () => {
  events = [];
  store = await openStore({ kv, onEvent: (event) => events.push(event) });
};
const reopen = async () => {
  await store.close();
  await kv.reopen();
  await open();
};
const corruptions = () => events.filter(({ type }) => type === 'corruption').length;
const put = (id: string, text: string, kind: DocumentKind = 'key') =>
  store.documents.put(kind, id, bytesOf(text));
const idsOf = async (kind: DocumentKind = 'key') => (await store.documents.list(kind)).map(({ id }) => id);
const valueAt = async (key: Uint8Array) => (await kv.get(key))!;

/** Puts something else in the place of a stored value, while the store is closed. */
async function damage(key: Uint8Array, change: (value: Uint8Array) => Uint8Array | undefined): Promise<void> {
  const value = await valueAt(key);
  await store.close();
  await kv.reopen();
  await putRaw(kv, key, change(value));
  await open();
}
const flipped = (place: number) => (value: Uint8Array) => {
  const changed = Uint8Array.from(value);
  changed[place < 0 ? value.length + place : place] ^= 4;
  return changed;
};

beforeEach(async () => {
  kv = new FaultyStore(await openMemoryStore());
  await open();
  await put('a', 'first');
  await put('b', 'second');
  await put('c', 'third', 'dashboard');
});

const CORRUPT = { code: 'store_corrupt' };

describe('a document that is damaged (S3)', () => {
  it.each([0, 3, -1])('is an error and an event, and the others are usable: byte %i', async (place) => {
    await damage(documentKey('key', 'a'), flipped(place));
    expect([corruptions(), store.stats().corruptions]).toEqual([1, 1]);
    await expect(store.documents.get('key', 'a')).rejects.toMatchObject(CORRUPT);
    expect(corruptions()).toBe(2);
    expect(await idsOf()).toEqual(['b']);
    expect(await store.documents.get('key', 'b')).toEqual(bytesOf('second'));
    await put('d', 'another');
    expect(await idsOf('dashboard')).toEqual(['c']);
    await reopen();
    expect(await idsOf()).toEqual(['b', 'd']);
    expect(corruptions()).toBe(2);
  });

  it('is mended by another one in its place, or by deleting it', async () => {
    await damage(documentKey('key', 'a'), flipped(-1));
    await put('a', 'anew');
    await damage(documentKey('key', 'b'), flipped(-2));
    expect(await store.documents.delete('key', 'b')).toBe(true);
    await reopen();
    expect(corruptions()).toBe(0);
    expect(await store.documents.list('key')).toEqual([{ id: 'a', bytes: bytesOf('anew') }]);
  });

  it('leaves no empty list behind that says there are none', async () => {
    await damage(documentKey('dashboard', 'c'), flipped(2));
    await expect(store.documents.list('dashboard')).rejects.toMatchObject(CORRUPT);
    expect(await store.documents.delete('dashboard', 'c')).toBe(true);
    expect(await store.documents.list('dashboard')).toEqual([]);
  });

  it('is not taken for one of another id or kind', async () => {
    const value = await valueAt(documentKey('key', 'b'));
    await damage(documentKey('key', 'a'), () => value);
    await expect(store.documents.get('key', 'a')).rejects.toMatchObject(CORRUPT);
  });
});

describe('documents that are not those that were written (S4)', () => {
  const expectNoticed = async () => {
    expect(corruptions()).toBe(1);
    await expect(store.documents.list('key')).rejects.toMatchObject(CORRUPT);
    await expect(put('new', 'x')).rejects.toMatchObject(CORRUPT);
    await expect(store.documents.delete('key', 'b')).rejects.toMatchObject(CORRUPT);
    await expect(store.documents.delete('key', 'none')).rejects.toMatchObject(CORRUPT);
    expect(await store.documents.get('key', 'b')).toEqual(bytesOf('second'));
    await expect(store.documents.get('key', 'none')).rejects.toMatchObject(CORRUPT);
    expect(await idsOf('dashboard')).toEqual(['c']);
    await put('d', 'of the other kind', 'dashboard');
    await reopen();
    expect(corruptions()).toBe(1);
  };

  it('are noticed when one is gone', async () => {
    await damage(documentKey('key', 'a'), () => undefined);
    await expectNoticed();
  });

  it('are noticed when one is there that was deleted', async () => {
    const value = await valueAt(documentKey('key', 'a'));
    await store.documents.delete('key', 'a');
    await store.close();
    await kv.reopen();
    await putRaw(kv, documentKey('key', 'a'), value);
    await open();
    await expectNoticed();
  });

  it('are noticed when one is of an earlier time', async () => {
    const value = await valueAt(documentKey('key', 'a'));
    await put('a', 'newer');
    await damage(documentKey('key', 'a'), () => value);
    await expectNoticed();
  });

  it.each([
    ['gone', () => undefined],
    ['damaged', flipped(2)],
  ])('are noticed when the record that counts them is %s', async (_, change) => {
    await damage(documentCountKey('key'), change);
    await expectNoticed();
  });

  it('are noticed when nothing of them is left', async () => {
    for (const id of ['a', 'b']) await damage(documentKey('key', id), () => undefined);
    await damage(documentCountKey('key'), () => undefined);
    await expect(store.documents.list('key')).rejects.toMatchObject(CORRUPT);
    await expect(store.documents.get('key', 'a')).rejects.toMatchObject(CORRUPT);
  });
});

describe('a document that cannot be written (S5)', () => {
  it('is not there, and every write is refused until the store is opened again', async () => {
    kv.failure = new TinyObsError('store_full', 'no space left');
    const full = { code: 'store_full' };
    await expect(put('a', 'not written')).rejects.toMatchObject(full);
    kv.failure = undefined;
    await expect(put('d', 'x')).rejects.toMatchObject(full);
    await expect(store.documents.delete('key', 'b')).rejects.toMatchObject(full);
    await expect(store.audit.append(bytesOf('x'))).rejects.toMatchObject(full);
    expect(store.stats().writeFailure).toBe('store_full');
    expect(await store.documents.get('key', 'a')).toEqual(bytesOf('first'));
    expect(await idsOf()).toEqual(['a', 'b']);
    await reopen();
    await put('d', 'x');
    expect(await idsOf()).toEqual(['a', 'b', 'd']);
  });

  it('may be there when only its sync failed, and is counted then', async () => {
    kv.syncFailure = new Error('fsync failed');
    await expect(put('d', 'perhaps')).rejects.toMatchObject({ code: 'store_write_failed' });
    expect(await idsOf()).toEqual(['a', 'b']);
    kv.syncFailure = undefined;
    await reopen();
    expect(corruptions()).toBe(0);
    expect(await idsOf()).toEqual(['a', 'b', 'd']);
  });
});

describe('the number of documents', () => {
  /** A store that holds so many documents of so many bytes already. */
  const fill = async (count: number, sizeBytes: number) => {
    await store.close();
    await kv.reopen();

    let sum = 0;
    for (let i = 0; i < count; i++) {
      const key = documentKey('dashboard', i === 0 ? 'c' : `n${i}`);
      const value = seal(key, encodeDocument(new Uint8Array(sizeBytes)));
      sum = (sum + new DataView(value.buffer).getUint32(value.length - 4, true)) >>> 0;
      await putRaw(kv, key, value);
    }
    const batch = kv.batch();
    putDocumentCount(batch, 'dashboard', { documents: count, sum });
    await batch.write({ sync: false });
    await open();
    expect(corruptions()).toBe(0);
  };
  const tooMany = { code: 'too_many_documents' };

  it('is bounded; those that are there can be replaced', async () => {
    await fill(DOCUMENTS_MAX, 1);
    await expect(put('new', 'x', 'dashboard')).rejects.toMatchObject(tooMany);
    await put('c', 'replaced', 'dashboard');
    await put('new', 'x', 'key');
    await store.documents.delete('dashboard', 'n1');
    await put('new', 'x', 'dashboard');
    expect((await idsOf('dashboard')).length).toBe(DOCUMENTS_MAX);
  });

  it('is bounded by their bytes too', async () => {
    const count = DOCUMENTS_BYTES_MAX / DOCUMENT_BYTES_MAX - 1;
    await fill(count, DOCUMENT_BYTES_MAX);
    const large = new Uint8Array(DOCUMENT_BYTES_MAX);
    await expect(store.documents.put('dashboard', 'new', large)).rejects.toMatchObject(tooMany);
    await put('new', 'x', 'dashboard');
    expect((await idsOf('dashboard')).length).toBe(count + 1);
  });

  it('that wait to be written is bounded', async () => {
    kv.closeGate(() => true);
    const bytes = new Uint8Array(DOCUMENT_BYTES_MAX);
    const puts = Array.from({ length: 20 }, (_, i) => store.documents.put('key', `w${i}`, bytes));
    const settled = Promise.allSettled(puts);
    await expect(puts[19]).rejects.toMatchObject({ code: 'store_busy' });
    kv.openGate();
    const written = (await settled).filter(({ status }) => status === 'fulfilled').length;
    expect(written).toBe(15);
    await put('d', 'there is room again');
    expect(await idsOf()).toHaveLength(written + 3);
  });
});

it('is of a store that has every record from the beginning', async () => {
  const empty = await openMemoryStore();
  await (await openStore({ kv: empty })).close();
  await empty.reopen();
  const keys = (await entriesOf(empty)).map(([key]) => String.fromCharCode(...key));
  expect(keys).toEqual(['m/f', 'm/g', 'm/k', 'm/u', 'm/v', 'm/x']);
});
