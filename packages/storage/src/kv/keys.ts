import type { KeyRange } from './keyValueStore.js';

/**
 * Every key of the database is built and parsed here. Layout: docs/format/keys.md. Numbers are big-endian so
 * that the order of keys is the order of numbers.
 */

/** Persisted. Raw samples have resolution 0; those of rollups are in `rollup/resolution.ts`. */
export const RESOLUTION_RAW = 0;

/** A run: one sorted sequence of blocks of one window. */
export interface RunId {
  /** Persisted enum, see `RESOLUTION_RAW`. */
  readonly resolution: number;
  /** Start of the window, ms since the epoch. */
  readonly windowMs: number;
  /** Number of the flush that wrote the run's newest samples: of two runs the higher one wins. */
  readonly run: number;
  /** How often the run was rewritten; 0 as flushed. */
  readonly generation: number;
}

export interface BlockPosition {
  /** `metricKey` of the metric of the block's last entry. */
  readonly metric: number;
  /** Series of the block's last entry. */
  readonly series: number;
  /** Number of the block in its run, from 0. */
  readonly block: number;
}

/** What documents are: `key` an API key, `dashboard` a dashboard, `group` a group of pushed metrics. */
export type DocumentKind = 'key' | 'dashboard' | 'group';

/** Persisted: the prefix of each kind. */
const DOCUMENT_PREFIXES: Readonly<Record<DocumentKind, string>> = {
  key: 'k',
  dashboard: 'v',
  group: 'g',
};
export const DOCUMENT_KINDS: readonly DocumentKind[] = ['key', 'dashboard', 'group'];

/** Ids of documents are texts like this one. */
export const DOCUMENT_ID = /^[A-Za-z0-9_-]{1,64}$/;

const META = 'm'.charCodeAt(0);
const SERIES = 's'.charCodeAt(0);
const WAL = 'w'.charCodeAt(0);
const BLOCK = 'b'.charCodeAt(0);
const CHUNK = 'c'.charCodeAt(0);
const DELETION = 't'.charCodeAt(0);
const METADATA = 'd'.charCodeAt(0);
const AUDIT = 'u'.charCodeAt(0);
const EXEMPLARS = 'x'.charCodeAt(0);
const SLASH = '/'.charCodeAt(0);
/** The byte after the slash: an upper bound of a prefix. */
const AFTER_SLASH = SLASH + 1;

const RUN_AT = 2;
const RUN_BYTES = 15;
const IN_RUN_AT = RUN_AT + RUN_BYTES;

/** Added to the high word of times, which may be negative, so that they order as unsigned numbers. */
const HIGH_BIAS = 2 ** 21;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export const FORMAT_KEY = metaKey('f');
export const ROOT_KEY = metaKey('r');
/** What a flush that is under way writes. */
export const INTENT_KEY = metaKey('i');
/** What a compaction that is under way writes, or has replaced and not removed yet. */
export const COMPACTION_INTENT_KEY = metaKey('c');
const MANIFEST_KIND = 'm'.charCodeAt(0);
export const MANIFESTS: KeyRange = {
  gte: Uint8Array.of(META, SLASH, MANIFEST_KIND),
  lt: Uint8Array.of(META, SLASH, MANIFEST_KIND + 1),
};
export const DELETIONS: KeyRange = {
  gte: Uint8Array.of(DELETION, SLASH),
  lt: Uint8Array.of(DELETION, AFTER_SLASH),
};
export const METADATA_RANGE: KeyRange = {
  gte: Uint8Array.of(METADATA, SLASH),
  lt: Uint8Array.of(METADATA, AFTER_SLASH),
};
/** Says which entries of the audit log there are. */
export const AUDIT_ENDS_KEY = metaKey('u');
export const AUDIT_ENTRIES: KeyRange = {
  gte: Uint8Array.of(AUDIT, SLASH),
  lt: Uint8Array.of(AUDIT, AFTER_SLASH),
};
/** Says which entries of exemplars there are. */
export const EXEMPLAR_ENDS_KEY = metaKey('x');
export const EXEMPLAR_ENTRIES: KeyRange = {
  gte: Uint8Array.of(EXEMPLARS, SLASH),
  lt: Uint8Array.of(EXEMPLARS, AFTER_SLASH),
};
/** Who follows what is committed, and how far each is. */
export const TAILS_KEY = metaKey('t');
export const EVERYTHING: KeyRange = { gte: Uint8Array.of(0), lt: Uint8Array.of(0xff) };

function metaKey(kind: string): Uint8Array {
  return Uint8Array.of(META, SLASH, kind.charCodeAt(0));
}

export function manifestKey(id: RunId): Uint8Array {
  const key = new Uint8Array(3 + RUN_BYTES);
  key.set(MANIFESTS.gte);
  writeRun(key, 3, id);
  return key;
}

export function parseManifestKey(key: Uint8Array): RunId {
  return readRun(key, 3);
}

/** `copy` is 0 or 1: groups are written twice. */
export function seriesGroupKey(place: { readonly copy: number; readonly group: number }): Uint8Array {
  const key = new Uint8Array(7);
  key[0] = SERIES;
  key[1] = SLASH;
  key[2] = place.copy;
  writeU32(key, 3, place.group);
  return key;
}

/** Groups of one copy from number `fromGroup` on. */
export function seriesGroupRange(place: { readonly copy: number; readonly fromGroup: number }): KeyRange {
  const gte = seriesGroupKey({ copy: place.copy, group: place.fromGroup });
  return { gte, lt: Uint8Array.of(SERIES, SLASH, place.copy + 1) };
}

export function parseSeriesGroup(key: Uint8Array): number {
  return readU32(key, 3);
}

export function walKey(seq: number): Uint8Array {
  const key = new Uint8Array(10);
  key[0] = WAL;
  key[1] = SLASH;
  writeU64(key, 2, seq);
  return key;
}

export function parseWalKey(key: Uint8Array): number {
  return readU64(key, 2);
}

/** Records from `fromSeq` on. */
export function walRange(fromSeq: number): KeyRange {
  return { gte: walKey(fromSeq), lt: Uint8Array.of(WAL, AFTER_SLASH) };
}

/** Records before `beforeSeq`. */
export function walRangeBefore(beforeSeq: number): KeyRange {
  return { gte: Uint8Array.of(WAL, SLASH), lt: walKey(beforeSeq) };
}

/** `seq` is the number of the write-ahead record that says when the deletion was. */
export function deletionKey(seq: number): Uint8Array {
  const key = new Uint8Array(10);
  key.set(DELETIONS.gte);
  writeU64(key, 2, seq);
  return key;
}

export function parseDeletionKey(key: Uint8Array): number {
  return readU64(key, 2);
}

export function blockKey(id: RunId, position: BlockPosition): Uint8Array {
  const key = new Uint8Array(IN_RUN_AT + 12);
  key[0] = BLOCK;
  key[1] = SLASH;
  writeRun(key, RUN_AT, id);
  writeU32(key, IN_RUN_AT, position.metric);
  writeU32(key, IN_RUN_AT + 4, position.series);
  writeU32(key, IN_RUN_AT + 8, position.block);
  return key;
}

export function parseBlockPosition(key: Uint8Array): BlockPosition {
  return {
    metric: readU32(key, IN_RUN_AT),
    series: readU32(key, IN_RUN_AT + 4),
    block: readU32(key, IN_RUN_AT + 8),
  };
}

/** Blocks of a run from the first that may hold the series on. */
export function blocksFrom(id: RunId, first: { readonly metric: number; readonly series: number }): KeyRange {
  return { gte: blockKey(id, { ...first, block: 0 }), lt: runEnd(BLOCK, id) };
}

/** Blocks of a run behind one of them. */
export function blocksBehind(id: RunId, position: BlockPosition): KeyRange {
  return { gte: blockKey(id, { ...position, block: position.block + 1 }), lt: runEnd(BLOCK, id) };
}

export function chunkKey(id: RunId, chunk: number): Uint8Array {
  const key = new Uint8Array(IN_RUN_AT + 4);
  key[0] = CHUNK;
  key[1] = SLASH;
  writeRun(key, RUN_AT, id);
  writeU32(key, IN_RUN_AT, chunk);
  return key;
}

/** All blocks, then all chunks of a run. */
export function rangesOfRun(id: RunId): KeyRange[] {
  return [BLOCK, CHUNK].map((kind) => {
    const gte = new Uint8Array(IN_RUN_AT);
    gte[0] = kind;
    gte[1] = SLASH;
    writeRun(gte, RUN_AT, id);
    return { gte, lt: runEnd(kind, id) };
  });
}

export function metadataKey(metric: string): Uint8Array {
  return Uint8Array.of(METADATA, SLASH, ...encoder.encode(metric));
}

export function parseMetadataKey(key: Uint8Array): string {
  return decoder.decode(key.subarray(2));
}

/** Counts the documents of a kind. */
export function documentCountKey(kind: DocumentKind): Uint8Array {
  return metaKey(DOCUMENT_PREFIXES[kind]);
}

/** `id` matches `DOCUMENT_ID`. */
export function documentKey(kind: DocumentKind, id: string): Uint8Array {
  return Uint8Array.of(DOCUMENT_PREFIXES[kind].charCodeAt(0), SLASH, ...encoder.encode(id));
}

export function documentRange(kind: DocumentKind): KeyRange {
  const prefix = DOCUMENT_PREFIXES[kind].charCodeAt(0);
  return { gte: Uint8Array.of(prefix, SLASH), lt: Uint8Array.of(prefix, AFTER_SLASH) };
}

export function parseDocumentId(key: Uint8Array): string {
  return decoder.decode(key.subarray(2));
}

export function auditKey(seq: number): Uint8Array {
  const key = new Uint8Array(10);
  key.set(AUDIT_ENTRIES.gte);
  writeU64(key, 2, seq);
  return key;
}

export function parseAuditSeq(key: Uint8Array): number {
  return readU64(key, 2);
}

/** Entries from `fromSeq` up to but without `beforeSeq`; without one, all from there on. */
export function auditRange(seqs: { readonly fromSeq: number; readonly beforeSeq?: number }): KeyRange {
  const { fromSeq, beforeSeq } = seqs;
  return { gte: auditKey(fromSeq), lt: beforeSeq === undefined ? AUDIT_ENTRIES.lt : auditKey(beforeSeq) };
}

export function exemplarKey(seq: number): Uint8Array {
  const key = new Uint8Array(10);
  key.set(EXEMPLAR_ENTRIES.gte);
  writeU64(key, 2, seq);
  return key;
}

export function parseExemplarSeq(key: Uint8Array): number {
  return readU64(key, 2);
}

/** Entries from `fromSeq` on. */
export function exemplarRange(fromSeq: number): KeyRange {
  return { gte: exemplarKey(fromSeq), lt: EXEMPLAR_ENTRIES.lt };
}

/** Entries before `beforeSeq`. */
export function exemplarRangeBefore(beforeSeq: number): KeyRange {
  return { gte: EXEMPLAR_ENTRIES.gte, lt: exemplarKey(beforeSeq) };
}

/** Below, at or above 0 as `a` is before, equal to or after `b`. */
export function compareKeys(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

/** A key as people are shown it. */
export function hexOf(key: Uint8Array): string {
  let text = '';
  for (const byte of key) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** A key after every entry of the run; all bytes of block numbers cannot be 0xff. */
function runEnd(kind: number, id: RunId): Uint8Array {
  const key = new Uint8Array(IN_RUN_AT + 13).fill(0xff);
  key[0] = kind;
  key[1] = SLASH;
  writeRun(key, RUN_AT, id);
  return key;
}

function writeRun(key: Uint8Array, at: number, id: RunId): void {
  key[at] = id.resolution;
  writeTime(key, at + 1, id.windowMs);
  writeU32(key, at + 9, id.run);
  key[at + 13] = id.generation >>> 8;
  key[at + 14] = id.generation;
}

function readRun(key: Uint8Array, at: number): RunId {
  return {
    resolution: key[at],
    windowMs: readTime(key, at + 1),
    run: readU32(key, at + 9),
    generation: (key[at + 13] << 8) | key[at + 14],
  };
}

/** A safe integer, negative ones too. */
function writeTime(key: Uint8Array, at: number, timeMs: number): void {
  const high = Math.floor(timeMs / 2 ** 32);
  writeU32(key, at, high + HIGH_BIAS);
  writeU32(key, at + 4, timeMs - high * 2 ** 32);
}

function readTime(key: Uint8Array, at: number): number {
  return (readU32(key, at) - HIGH_BIAS) * 2 ** 32 + readU32(key, at + 4);
}

function writeU64(key: Uint8Array, at: number, value: number): void {
  writeU32(key, at, Math.floor(value / 2 ** 32));
  writeU32(key, at + 4, value % 2 ** 32);
}

function readU64(key: Uint8Array, at: number): number {
  return readU32(key, at) * 2 ** 32 + readU32(key, at + 4);
}

function writeU32(key: Uint8Array, at: number, value: number): void {
  key[at] = value >>> 24;
  key[at + 1] = value >>> 16;
  key[at + 2] = value >>> 8;
  key[at + 3] = value;
}

function readU32(key: Uint8Array, at: number): number {
  return ((key[at] << 24) | (key[at + 1] << 16) | (key[at + 2] << 8) | key[at + 3]) >>> 0;
}
