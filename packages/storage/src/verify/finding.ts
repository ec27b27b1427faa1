import type { RunId } from '../kv/keys.js';
import type { KeyRange, KeyValueStore } from '../kv/keyValueStore.js';

/** Where something is that is not as it should be. */
export type FindingKind =
  | 'database_file'
  | 'database_log'
  | 'format'
  | 'root'
  | 'intent'
  | 'manifest'
  | 'block'
  | 'chunk'
  | 'run'
  | 'series_group'
  | 'write_ahead_record'
  | 'deletion'
  | 'metadata'
  | 'document'
  | 'audit_log'
  | 'exemplars'
  | 'unknown_key';

export interface Finding {
  /** `notice`: what a crash leaves behind, or what an earlier opening said; nothing is to be mended. */
  readonly severity: 'damage' | 'notice';
  readonly kind: FindingKind;
  readonly message: string;
  /** In hexadecimal. */
  readonly key?: string;
  readonly run?: RunId;
  /** What answers are without because of it. */
  readonly loss?: Loss;
}

export interface Loss {
  /** Labels, or `series <id>` where they are gone; undefined when any series may be concerned. */
  readonly series: readonly string[] | undefined;
  /** Inclusive, ms; undefined when any time may be concerned. */
  readonly minMs: number | undefined;
  readonly maxMs: number | undefined;
  /** As many at most; undefined when that cannot be told. */
  readonly samplesMax: number | undefined;
}

export type FindingHandler = (finding: Finding) => void;

/** Whether keys of a range may be gone, or older values of them be back, because files of the database are damaged. */
export type MayHaveLost = (range: KeyRange) => boolean;

/** What verifying needs to read, in order of keys and one call at a time. */
export type EntryReader = Pick<KeyValueStore, 'get' | 'iterate'>;

export function hexOf(key: Uint8Array): string {
  return Buffer.from(key).toString('hex');
}

export function unknownKey(key: Uint8Array): Finding {
  const message = 'this version knows no such key';
  return { severity: 'notice', kind: 'unknown_key', message, key: hexOf(key) };
}

const ENTRIES_PER_READ = 64;

/** Calls `visit` with each entry of the range. */
export async function forEachEntry(
  kv: EntryReader,
  range: { readonly gte: Uint8Array; readonly lt: Uint8Array },
  visit: (key: Uint8Array, value: Uint8Array) => Promise<void> | void,
): Promise<void> {
  const iterator = kv.iterate(range);
  try {
    for (;;) {
      const entries = await iterator.next(ENTRIES_PER_READ);
      if (entries.length === 0) return;
      for (const [key, value] of entries) {
        const visiting = visit(key, value);
        if (visiting !== undefined) await visiting;
      }
    }
  } finally {
    await iterator.close();
  }
}
