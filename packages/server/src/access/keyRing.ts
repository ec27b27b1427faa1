import { TinyObsError } from '@tinyobs/model';
import type { Store } from '@tinyobs/storage';
import { createKeyText, hashKey, isSameHash, keyIdOf } from './apiKey.js';
import {
  type KeyRecord,
  type KeyStatus,
  keyRecordSchema,
  type ListedKey,
  listedKey,
  type NewKey,
  type PanelGrant,
  parseExpiry,
  statusOf,
} from './keyRecord.js';
import type { RequestKey } from './requestKey.js';
import { SCOPES } from './routeAccess.js';

/** Keys at a time, those that are no longer valid included. */
const KEYS_MAX = 1000;

/** Keys for single panels, which are counted for themselves: readers make them, and take no key's place. */
const GRANTS_MAX = 1000;

/** The id under which the key of the configuration is logged. */
export const CONFIGURED_KEY_ID = 'configuration';

/** Why a key is not accepted. */
export type Refusal = 'key_unknown' | 'key_expired' | 'key_revoked';

export interface KeyRingOptions {
  readonly documents: Store['documents'];
  readonly now: () => number;
  /** The key of the configuration, which has every scope. */
  readonly adminKey: () => string | undefined;
}

/**
 * The API keys: all in memory, each change on the disk before it is in force. Keys that were revoked are kept, so
 * that the audit log can be read and the last revocation does not open the server to everybody.
 */
export class KeyRing {
  readonly #options: KeyRingOptions;
  readonly #byId = new Map<string, KeyRecord>();
  #isInUse = false;

  private constructor(options: KeyRingOptions) {
    this.#options = options;
  }

  /** @throws TinyObsError `store_corrupt` */
  static async load(options: KeyRingOptions): Promise<KeyRing> {
    const ring = new KeyRing(options);
    for (const { id, bytes } of await options.documents.list('key')) ring.#byId.set(id, decode(id, bytes));
    // Noted now: the configuration may lose its key before the first request.
    ring.#isInUse = ring.isInUse;
    return ring;
  }

  /**
   * Whether requests need a key: once one was made or the configuration has one, until the end of the process. A
   * configuration without it opens nothing before a start has looked at who could come in then.
   */
  get isInUse(): boolean {
    this.#isInUse ||= this.#byId.size > 0 || this.#options.adminKey() !== undefined;
    return this.#isInUse;
  }

  /** The key with this text, whose hash is given too, or why there is none. */
  find(text: string, hash: Uint8Array): RequestKey | Refusal {
    const adminKey = this.#options.adminKey();
    if (adminKey !== undefined && isSameHash(hash, hashKey(adminKey))) {
      return { id: CONFIGURED_KEY_ID, scopes: SCOPES, limits: {} };
    }
    const record = this.#byId.get(keyIdOf(text) ?? '');
    if (!record || !isSameHash(hash, Buffer.from(record.hash, 'hex'))) return 'key_unknown';
    const status = this.#statusOf(record);
    if (status !== 'valid') return status === 'expired' ? 'key_expired' : 'key_revoked';
    const { id, scopes, limits = {}, grant } = record;
    return { id, scopes, limits, grant };
  }

  /**
   * Makes a key; its text is nowhere else from then on.
   *
   * @param grant What it is for in the place of scopes.
   * @throws TinyObsError `invalid_parameter` for a time that is past, `too_many_keys`, those of the store
   */
  async create(
    wanted: NewKey,
    grant?: PanelGrant,
  ): Promise<{ readonly key: string; readonly listed: ListedKey }> {
    const { now, documents } = this.#options;
    const createdMs = now();
    const expiresMs = wanted.expires === undefined ? undefined : parseExpiry(wanted.expires, createdMs);
    await this.#makeRoom(grant === undefined ? 'keys' : 'grants');
    const { id, text } = createKeyText();
    const record: KeyRecord = {
      version: 1,
      id,
      name: wanted.name,
      scopes: wanted.scopes,
      hash: hashKey(text).toString('hex'),
      createdMs,
      ...(expiresMs === undefined ? {} : { expiresMs }),
      ...(wanted.limits === undefined ? {} : { limits: wanted.limits }),
      ...(grant === undefined ? {} : { grant }),
    };
    await documents.put('key', id, encode(record));
    this.#byId.set(id, record);
    return { key: text, listed: listedKey(record, 'valid') };
  }

  /** Newest first. */
  list(): ListedKey[] {
    const records = [...this.#byId.values()].sort(
      (a, b) => b.createdMs - a.createdMs || (a.id < b.id ? -1 : 1),
    );
    return records.map((record) => listedKey(record, this.#statusOf(record)));
  }

  /** Those for one panel, newest first. */
  grantsOf({ dashboard, panel }: Pick<PanelGrant, 'dashboard' | 'panel'>): ListedKey[] {
    return this.list().filter(({ grant }) => grant?.dashboard === dashboard && grant.panel === panel);
  }

  /** No request is taken with the key from now on. @throws TinyObsError `not_found`; those of the store */
  async revoke(id: string): Promise<ListedKey> {
    const known = this.#byId.get(id);
    if (!known) {
      throw new TinyObsError('not_found', `there is no key ${JSON.stringify(id)}; GET /v1/keys lists all`);
    }
    const { now, documents } = this.#options;
    const revoked: KeyRecord = { ...known, revokedMs: known.revokedMs ?? now() };
    // In force even if the disk refuses to keep it: the caller is told that, and asks again.
    this.#byId.set(id, revoked);
    await documents.put('key', id, encode(revoked));
    return listedKey(revoked, 'revoked');
  }

  /** Revokes all that are for panels of a dashboard. @throws TinyObsError those of the store */
  async revokeGrants(dashboard: string): Promise<void> {
    for (const { id, grant, revokedMs } of this.#byId.values()) {
      if (grant?.dashboard === dashboard && revokedMs === undefined) await this.revoke(id);
    }
  }

  /** A grant ends with the key that it was made with; that of the configuration may change its text. */
  #statusOf(record: KeyRecord): KeyStatus {
    const nowMs = this.#options.now();
    const by = record.grant?.by ?? CONFIGURED_KEY_ID;
    const maker = this.#byId.get(by);
    const hasMaker = by === CONFIGURED_KEY_ID || (maker !== undefined && statusOf(maker, nowMs) === 'valid');
    const status = statusOf(record, nowMs);
    return status === 'valid' && !hasMaker ? 'revoked' : status;
  }

  /** Lets go of the one that has been out of force for longest, where there are too many. */
  async #makeRoom(kind: 'keys' | 'grants'): Promise<void> {
    const alike = [...this.#byId.values()].filter(({ grant }) => (grant === undefined) === (kind === 'keys'));
    const countMax = kind === 'keys' ? KEYS_MAX : GRANTS_MAX;
    if (alike.length < countMax) return;
    const [oldest] = alike
      .filter((record) => this.#statusOf(record) !== 'valid')
      .sort((a, b) => endOf(a) - endOf(b));
    if (!oldest) {
      throw new TinyObsError('too_many_keys', `there are ${countMax} valid ${kind}; revoke one first`);
    }
    await this.#options.documents.delete('key', oldest.id);
    this.#byId.delete(oldest.id);
  }
}

function endOf({ revokedMs, expiresMs }: KeyRecord): number {
  return revokedMs ?? expiresMs ?? Number.POSITIVE_INFINITY;
}

function encode(record: KeyRecord): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(record));
}

function decode(id: string, bytes: Uint8Array): KeyRecord {
  const parsed = keyRecordSchema.safeParse(parseJson(bytes));
  if (parsed.success && parsed.data.id === id) return parsed.data;
  throw new TinyObsError('store_corrupt', `the record of key ${id} is not what this version writes`);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
