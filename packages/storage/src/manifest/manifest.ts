import { ByteReader } from '../bytes/byteReader.js';
import { ByteWriter } from '../bytes/byteWriter.js';
import { RESOLUTION_RAW, type RunId } from '../kv/keys.js';
import { requireVersion } from '../kv/recordVersion.js';
import type { SeriesSet } from './seriesSet.js';

/** Layout of manifests, the root and the intent: docs/format/manifest.md. */
const VERSION = 1;

/** Of the manifests of rollups: who does not know those must not take them for samples. */
const ROLLUP_VERSION = 2;

/** Of the root: version 1, of format 1, knows nothing of series that are gone. */
const ROOT_VERSION = 2;

/** Names a live run and says what belongs to it, so that absence is noticed (S4). */
export interface Manifest {
  readonly id: RunId;
  /** End of the window, ms, exclusive. */
  readonly windowEndMs: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly samples: number;
  readonly seriesCount: number;
  readonly blocks: number;
  readonly chunks: number;
  /** Sums of the checksums of all blocks and of all chunks, modulo 2^32. */
  readonly blockSum: number;
  readonly chunkSum: number;
  readonly sizeBytes: number;
  /** Deletions with numbers below this one have been carried out on the run; 0 as flushed. */
  readonly deletedSeq: number;
  readonly series: SeriesSet;
}

export function encodeManifest(manifest: Manifest): Uint8Array {
  const writer = new ByteWriter();
  writer.u8(versionOf(manifest.id));
  writer.f64(manifest.windowEndMs);
  writer.f64(manifest.minMs);
  writer.f64(manifest.maxMs);
  writer.varint(manifest.samples);
  writer.varint(manifest.seriesCount);
  writer.varint(manifest.blocks);
  writer.varint(manifest.chunks);
  writer.u32(manifest.blockSum);
  writer.u32(manifest.chunkSum);
  writer.varint(manifest.sizeBytes);
  writer.varint(manifest.deletedSeq);
  writer.bytes(manifest.series);
  return writer.written().slice();
}

/** @throws TinyObsError `store_version` */
export function decodeManifest(id: RunId, payload: Uint8Array): Manifest {
  const reader = versioned(payload, 'a manifest', versionOf(id));
  return {
    id,
    windowEndMs: reader.f64(),
    minMs: reader.f64(),
    maxMs: reader.f64(),
    samples: reader.varint(),
    seriesCount: reader.varint(),
    blocks: reader.varint(),
    chunks: reader.varint(),
    blockSum: reader.u32(),
    chunkSum: reader.u32(),
    sizeBytes: reader.varint(),
    deletedSeq: reader.varint(),
    series: reader.bytes.slice(reader.position),
  };
}

/** What must be there: the one record from which everything else is counted (S4). */
export interface Root {
  readonly manifests: number;
  /** Sum of the manifests' checksums, modulo 2^32. */
  readonly manifestSum: number;
  readonly deletions: number;
  /** Sum of the deletions' checksums, modulo 2^32. */
  readonly deletionSum: number;
  /** Write-ahead records below this number are in blocks; from it on there are no gaps. */
  readonly walLow: number;
  /** Number of the next flush. */
  readonly nextRun: number;
  /** One more than the number of the last series group. */
  readonly seriesGroups: number;
  /** Ids below this number are in the groups, or gone. */
  readonly sealedSeries: number;
  /** How many of them are gone. */
  readonly goneSeries: number;
  /** Numbers of the groups that are gone, as a series set has ids. */
  readonly goneGroups: SeriesSet;
}

export const EMPTY_ROOT: Root = {
  manifests: 0,
  manifestSum: 0,
  deletions: 0,
  deletionSum: 0,
  walLow: 0,
  nextRun: 0,
  seriesGroups: 0,
  sealedSeries: 0,
  goneSeries: 0,
  goneGroups: new Uint8Array(0),
};

export function encodeRoot(root: Root): Uint8Array {
  const writer = new ByteWriter();
  writer.u8(ROOT_VERSION);
  writer.varint(root.manifests);
  writer.u32(root.manifestSum);
  writer.varint(root.deletions);
  writer.u32(root.deletionSum);
  writer.varint(root.walLow);
  writer.varint(root.nextRun);
  writer.varint(root.seriesGroups);
  writer.varint(root.sealedSeries);
  writer.varint(root.goneSeries);
  writer.bytes(root.goneGroups);
  return writer.written().slice();
}

/** @throws TinyObsError `store_version` */
export function decodeRoot(payload: Uint8Array): Root {
  const isFirst = payload[0] === VERSION;
  const reader = versioned(payload, 'the root record', isFirst ? VERSION : ROOT_VERSION);
  const counts = {
    manifests: reader.varint(),
    manifestSum: reader.u32(),
    deletions: reader.varint(),
    deletionSum: reader.u32(),
    walLow: reader.varint(),
    nextRun: reader.varint(),
    seriesGroups: reader.varint(),
    sealedSeries: reader.varint(),
  };
  const goneSeries = isFirst ? 0 : reader.varint();
  return { ...counts, goneSeries, goneGroups: reader.bytes.slice(reader.position) };
}

/** Runs that are being written or removed: what is left of them after a crash is removed at open. */
export function encodeIntent(runs: readonly RunId[]): Uint8Array {
  const writer = new ByteWriter();
  writer.u8(VERSION);
  writer.varint(runs.length);
  for (const run of runs) {
    writer.u8(run.resolution);
    writer.f64(run.windowMs);
    writer.u32(run.run);
    writer.varint(run.generation);
  }
  return writer.written().slice();
}

/** @throws TinyObsError `store_version` */
export function decodeIntent(payload: Uint8Array): RunId[] {
  const reader = versioned(payload, 'an intent');
  return Array.from({ length: reader.varint() }, () => ({
    resolution: reader.u8(),
    windowMs: reader.f64(),
    run: reader.u32(),
    generation: reader.varint(),
  }));
}

function versionOf({ resolution }: RunId): number {
  return resolution === RESOLUTION_RAW ? VERSION : ROLLUP_VERSION;
}

function versioned(payload: Uint8Array, what: string, supported = VERSION): ByteReader {
  const reader = new ByteReader(payload);
  requireVersion(what, { found: reader.u8(), supported });
  return reader;
}
