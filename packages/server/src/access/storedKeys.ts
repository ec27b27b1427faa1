import { openStore } from '@tinyobs/storage';
import { createLog } from '../log.js';
import { createMetrics } from '../selfMonitoring/metrics.js';
import { AuditTrail } from './auditTrail.js';
import type { KeyRecord, ListedKey, NewKey } from './keyRecord.js';
import { KeyRing } from './keyRing.js';

/** What can be done with keys, at a running server or in a data folder. */
export interface KeyAdministration {
  create(wanted: NewKey): Promise<ListedKey & { readonly key: string }>;
  list(): Promise<readonly ListedKey[]>;
  revoke(id: KeyRecord['id']): Promise<ListedKey>;
}

/**
 * Gives `work` the keys of a store that no server has open.
 *
 * @throws TinyObsError those of `openStore`, `store_locked` among them, and of `KeyRing`
 */
export async function withStoredKeys<T>(
  dataDir: string,
  work: (keys: KeyAdministration) => Promise<T>,
): Promise<T> {
  const store = await openStore({ dataDir });
  const parts = { log: createLog('error'), metrics: createMetrics(), now: Date.now };
  const audit = new AuditTrail({ ...parts, audit: store.audit });
  try {
    const ring = await KeyRing.load({ documents: store.documents, now: Date.now, adminKey: () => undefined });
    const act = (action: string, { id, name }: ListedKey): void =>
      audit.act({ key: 'none', action, detail: `${id}: ${name}`, from: 'command line', result: 'ok' });
    return await work({
      create: async (wanted) => {
        const { key, listed } = await ring.create(wanted);
        act('keys create', listed);
        return { ...listed, key };
      },
      list: async () => ring.list(),
      revoke: async (id) => {
        const revoked = await ring.revoke(id);
        act('keys revoke', revoked);
        return revoked;
      },
    });
  } finally {
    await audit.close();
    await store.close();
  }
}
