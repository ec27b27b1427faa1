import { type Deletion, decodeDeletion } from '../deletion/deletion.js';
import { isKnownKey } from '../kv/keyShapes.js';
import {
  COMPACTION_INTENT_KEY,
  DELETIONS,
  type DocumentKind,
  FORMAT_KEY,
  INTENT_KEY,
  MANIFESTS,
  parseDeletionKey,
  parseManifestKey,
  ROOT_KEY,
  type RunId,
} from '../kv/keys.js';
import { readSealed, sealOf } from '../kv/seal.js';
import { decodeIntent, decodeManifest, decodeRoot, type Manifest, type Root } from '../manifest/manifest.js';
import {
  AUDIT_FORMAT_VERSION,
  documentKindsOf,
  EXEMPLARS_FORMAT_VERSION,
  FORMAT_VERSION,
  requireFormat,
} from '../recover.js';
import { type EntryReader, type FindingHandler, forEachEntry, hexOf } from './finding.js';

/** What the records under `m/` and `t/` say, as far as they are sound. */
export interface CatalogSurvey {
  /** The kinds of documents that the format has, and whether it has an audit log; all when it cannot be told. */
  readonly documentKinds: readonly DocumentKind[];
  readonly hasAudit: boolean;
  /** The same of exemplars. */
  readonly hasExemplars: boolean;
  /** Undefined when it is bad, or not there. */
  readonly root: Root | undefined;
  readonly manifests: readonly Manifest[];
  readonly deletions: readonly Deletion[];
  /** Runs whose manifest is there, but bad. */
  readonly badManifests: readonly RunId[];
  /** Manifests that the root counts, and nothing is left of. */
  readonly manifestsMissing: number;
  /** Runs that are being written or removed; undefined when that cannot be told. */
  readonly intended: readonly RunId[] | undefined;
}

/**
 * Checks the format, the root record and what it counts (S4).
 *
 * @throws TinyObsError `store_version`
 */
export async function surveyCatalog(kv: EntryReader, say: FindingHandler): Promise<CatalogSurvey> {
  const format = await readFormat(kv, say);
  const intended = await readIntents(kv, say);
  const manifests = await readAll(kv, 'manifest', say);
  const deletions = await readAll(kv, 'deletion', say);
  const root = await readRoot(kv, manifests.items.length + deletions.items.length > 0, say);
  const missing = root ? checkCounts(root, manifests, deletions, say) : 0;
  return {
    documentKinds: documentKindsOf(format ?? FORMAT_VERSION),
    hasAudit: format === undefined || format >= AUDIT_FORMAT_VERSION,
    hasExemplars: format === undefined || format >= EXEMPLARS_FORMAT_VERSION,
    root,
    manifests: manifests.items,
    deletions: deletions.items,
    badManifests: manifests.badKeys.map(parseManifestKey),
    manifestsMissing: missing,
    intended,
  };
}

/** Undefined when it is bad, or not there. */
async function readFormat(kv: EntryReader, say: FindingHandler): Promise<number | undefined> {
  const format = readSealed(FORMAT_KEY, await kv.get(FORMAT_KEY), ([version]) => version);
  if (format.problem === undefined) {
    requireFormat(format.value);
    return format.value;
  }
  const message = `the format record ${format.problem}`;
  say({ severity: 'damage', kind: 'format', message, key: hexOf(FORMAT_KEY) });
  return undefined;
}

async function readIntents(kv: EntryReader, say: FindingHandler): Promise<RunId[] | undefined> {
  let runs: RunId[] | undefined = [];
  for (const [key, what] of [
    [INTENT_KEY, 'flush'],
    [COMPACTION_INTENT_KEY, 'compaction'],
  ] as const) {
    const stored = await kv.get(key);
    if (!stored) continue;
    const intent = readSealed(key, stored, decodeIntent);
    if (intent.problem !== undefined) {
      const message = `the intent of a ${what} ${intent.problem}`;
      say({ severity: 'damage', kind: 'intent', message, key: hexOf(key) });
      runs = undefined;
      continue;
    }
    runs?.push(...intent.value);
    const message = `a ${what} was cut short; what it left is removed when the store is opened`;
    say({ severity: 'notice', kind: 'intent', message, key: hexOf(key) });
  }
  return runs;
}

interface Counted<T> {
  readonly items: readonly T[];
  readonly badKeys: readonly Uint8Array[];
  /** Sum of the checksums, modulo 2^32. */
  readonly sum: number;
}

interface Kinds {
  readonly manifest: Manifest;
  readonly deletion: Deletion;
}

const DECODERS: { readonly [K in keyof Kinds]: (key: Uint8Array, payload: Uint8Array) => Kinds[K] } = {
  manifest: (key, payload) => decodeManifest(parseManifestKey(key), payload),
  deletion: (key, payload) => decodeDeletion(parseDeletionKey(key), payload),
};

async function readAll<K extends keyof Kinds>(
  kv: EntryReader,
  kind: K,
  say: FindingHandler,
): Promise<Counted<Kinds[K]>> {
  const items: Kinds[K][] = [];
  const badKeys: Uint8Array[] = [];
  let sum = 0;
  await forEachEntry(kv, kind === 'manifest' ? MANIFESTS : DELETIONS, (key, value) => {
    if (!isKnownKey(key)) return;
    const item = readSealed(key, value, (payload) => DECODERS[kind](key, payload));
    if (item.problem === undefined) {
      items.push(item.value);
      sum = (sum + sealOf(value)) >>> 0;
      return;
    }
    badKeys.push(key.slice());
    if (kind === 'deletion') sayDeletionLost(`deletion ${parseDeletionKey(key)} ${item.problem}`, say, key);
    else sayManifestBad(key, item.problem, say);
  });
  return { items, badKeys, sum };
}

function sayManifestBad(key: Uint8Array, problem: string, say: FindingHandler): void {
  const run = parseManifestKey(key);
  const message = `the manifest of run ${run.run} ${problem}`;
  say({ severity: 'damage', kind: 'manifest', message, key: hexOf(key), run });
}

function sayDeletionLost(what: string, say: FindingHandler, key?: Uint8Array): void {
  const message = `${what}: WHAT IT DELETED MAY COME BACK; look at the answers and delete it again`;
  say({ severity: 'damage', kind: 'deletion', message, key: key && hexOf(key) });
}

async function readRoot(kv: EntryReader, isNeeded: boolean, say: FindingHandler): Promise<Root | undefined> {
  const stored = await kv.get(ROOT_KEY);
  const key = hexOf(ROOT_KEY);
  if (!stored) {
    if (isNeeded) say({ severity: 'damage', kind: 'root', message: 'the root record is missing', key });
    return undefined;
  }
  const root = readSealed(ROOT_KEY, stored, decodeRoot);
  if (root.problem === undefined) return root.value;
  say({ severity: 'damage', kind: 'root', message: `the root record ${root.problem}`, key });
  return undefined;
}

/** Says which records the root counts and are not there; returns how many manifests. */
function checkCounts(
  root: Root,
  manifests: Counted<Manifest>,
  deletions: Counted<Deletion>,
  say: FindingHandler,
): number {
  const key = hexOf(ROOT_KEY);
  const deletionsMissing = root.deletions - deletions.items.length - deletions.badKeys.length;
  for (let i = 0; i < deletionsMissing; i++) sayDeletionLost('a deletion is missing', say);
  const missing = root.manifests - manifests.items.length - manifests.badKeys.length;
  const isSame = manifests.badKeys.length > 0 || manifests.sum === root.manifestSum;
  const isSameDeletions = deletions.badKeys.length > 0 || deletions.sum === root.deletionSum;
  const isOld = manifests.items.some(({ id }) => id.run >= root.nextRun);
  if (missing < 0 || deletionsMissing < 0 || (missing === 0 && !isSame) || isOld) {
    const message = `the root record counts ${root.manifests} manifests, but others are there: one of them is old`;
    say({ severity: 'damage', kind: 'root', message, key });
  } else if (deletionsMissing === 0 && !isSameDeletions) {
    say({ severity: 'damage', kind: 'root', message: 'the deletions are not those the root counts', key });
  }
  return Math.max(0, missing);
}
