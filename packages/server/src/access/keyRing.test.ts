import crypto from 'node:crypto';
import { TinyObsError } from '@tinyobs/model';
import { describe, expect, it, vi } from 'vitest';
import { hashKey, isSameHash, keyIdOf } from './apiKey.js';
import { KeyRing, type KeyRingOptions } from './keyRing.js';
import type { RequestKey } from './requestKey.js';

/** Documents in memory; `refuse` makes the disk fail. */
class FakeDocuments {
  readonly byId = new Map<string, Uint8Array>();
  refuse: TinyObsError | undefined;

  async list() {
    return [...this.byId].map(([id, bytes]) => ({ id, bytes }));
  }

  async put(_kind: string, id: string, bytes: Uint8Array): Promise<void> {
    if (this.refuse) throw this.refuse;
    this.byId.set(id, bytes);
  }

  async delete(_kind: string, id: string): Promise<boolean> {
    return this.byId.delete(id);
  }
}

function load(documents: FakeDocuments, options: Partial<KeyRingOptions> = {}): Promise<KeyRing> {
  return KeyRing.load({
    documents: documents as unknown as KeyRingOptions['documents'],
    now: () => 1_000_000,
    adminKey: () => undefined,
    ...options,
  });
}

const find = (ring: KeyRing, text: string) => ring.find(text, hashKey(text));

describe('API keys', () => {
  it('are random, known again after a restart, and kept as hashes only', async () => {
    const documents = new FakeDocuments();
    const ring = await load(documents);
    expect(ring.isInUse).toBe(false);
    const { key, listed } = await ring.create({ name: 'a', scopes: ['read'] });
    const { key: other } = await ring.create({ name: 'a', scopes: ['read'] });
    expect(other).not.toBe(key);
    expect(keyIdOf(key)).toBe(listed.id);
    const [stored] = documents.byId.values();
    expect(Buffer.from(stored).toString()).not.toContain(key.slice(-43));

    const again = await load(documents);
    expect(again.isInUse).toBe(true);
    expect(find(again, key)).toMatchObject({ id: listed.id, scopes: ['read'] });
    expect(find(again, `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`)).toBe('key_unknown');
  });

  it('are compared in constant time', async () => {
    const compared = vi.spyOn(crypto, 'timingSafeEqual');
    const a = hashKey('a');
    expect([isSameHash(a, hashKey('a')), isSameHash(a, hashKey('b'))]).toEqual([true, false]);
    const near = Buffer.from(a);
    near[31] ^= 1;
    expect(isSameHash(a, near)).toBe(false);
    expect(compared).toHaveBeenCalledTimes(3);
    compared.mockRestore();
  });

  it('stay in use when the last one is revoked: nobody is let in by that', async () => {
    const documents = new FakeDocuments();
    const ring = await load(documents);
    const { key, listed } = await ring.create({ name: 'a', scopes: ['admin'] });
    await ring.revoke(listed.id);
    expect([ring.isInUse, find(ring, key)]).toEqual([true, 'key_revoked']);
    const again = await load(documents);
    expect([again.isInUse, find(again, key)]).toEqual([true, 'key_revoked']);
  });

  it('are out of force even when the disk refuses to keep the revocation, and that is said', async () => {
    const documents = new FakeDocuments();
    const ring = await load(documents);
    const { key, listed } = await ring.create({ name: 'a', scopes: ['admin'] });
    documents.refuse = new TinyObsError('store_full', 'no room');
    await expect(ring.revoke(listed.id)).rejects.toMatchObject({ code: 'store_full' });
    expect(find(ring, key)).toBe('key_revoked');
    documents.refuse = undefined;
    await ring.revoke(listed.id);
    expect(find(await load(documents), key)).toBe('key_revoked');
  });

  it('are not made when the disk refuses', async () => {
    const documents = new FakeDocuments();
    documents.refuse = new TinyObsError('store_full', 'no room');
    const ring = await load(documents);
    await expect(ring.create({ name: 'a', scopes: ['read'] })).rejects.toMatchObject({ code: 'store_full' });
    expect([ring.isInUse, ring.list()]).toEqual([false, []]);
  });

  it('expire to the millisecond', async () => {
    let nowMs = 0;
    const ring = await load(new FakeDocuments(), { now: () => nowMs });
    const { key } = await ring.create({ name: 'a', scopes: ['read'], expires: '1s' });
    nowMs = 999;
    expect((find(ring, key) as RequestKey).scopes).toEqual(['read']);
    nowMs = 1000;
    expect(find(ring, key)).toBe('key_expired');
  });

  it('make room by letting go of those longest out of force, never of a valid one', async () => {
    let nowMs = 1;
    const ring = await load(new FakeDocuments(), { now: () => nowMs++ });
    const ids: string[] = [];
    for (let i = 0; i < 1000; i++)
      ids.push((await ring.create({ name: `${i}`, scopes: ['read'] })).listed.id);
    await expect(ring.create({ name: 'one more', scopes: ['read'] })).rejects.toMatchObject({
      code: 'too_many_keys',
    });
    await ring.revoke(ids[7]);
    await ring.revoke(ids[3]);
    await ring.create({ name: 'one more', scopes: ['read'] });
    const left = ring.list().map(({ id }) => id);
    expect(left).toHaveLength(1000);
    expect(left).toContain(ids[3]);
    expect(left).not.toContain(ids[7]);
  });

  it('for single panels are counted for themselves, and go with their dashboard', async () => {
    const ring = await load(new FakeDocuments());
    const { listed: maker } = await ring.create({ name: 'reader', scopes: ['read'] });
    const grantOf = (dashboard: string) => ({ dashboard, panel: 'p', values: {}, by: maker.id });
    const make = (dashboard: string) => ring.create({ name: 'panel', scopes: [] }, grantOf(dashboard));
    const { key } = await make('one');
    const { key: other } = await make('two');
    expect(find(ring, key)).toMatchObject({ scopes: [], grant: grantOf('one') });
    for (let made = 2; made < 1000; made++) await make('many');
    await expect(make('many')).rejects.toMatchObject({ code: 'too_many_keys' });
    await ring.create({ name: 'another reader', scopes: ['read'] });
    await ring.revokeGrants('one');
    expect(find(ring, key)).toBe('key_revoked');
    expect(find(ring, other)).toMatchObject({ grant: grantOf('two') });
    expect(ring.grantsOf({ dashboard: 'one', panel: 'p' })).toMatchObject([{ status: 'revoked' }]);
    await ring.revoke(maker.id);
    expect(find(ring, other)).toBe('key_revoked');
  });

  it('of the configuration have every scope while they are there, and let nobody in when they go', async () => {
    let adminKey: string | undefined = 'configured-key-0123456789';
    const ring = await load(new FakeDocuments(), { adminKey: () => adminKey });
    expect(find(ring, 'configured-key-0123456789')).toMatchObject({
      id: 'configuration',
      scopes: ['ingest', 'read', 'admin'],
    });
    adminKey = undefined;
    expect([ring.isInUse, find(ring, 'configured-key-0123456789')]).toEqual([true, 'key_unknown']);
  });
});
