import { totalmem } from 'node:os';

const DEFAULT_MAX_BYTES = 2 ** 30;
const HEAD_RECORD_BYTES = 16;
const HEAD_SAMPLES_MAX = 2_000_000;
const HEADS = 2;

/** With less, queries over a few thousand samples would be refused: a server that cannot be asked is of no use. */
export const MEMORY_BYTES_MIN = 48 * 2 ** 20;

/** How `memory.max` is divided; the only place that decides it (S6). */
export interface MemoryBudget {
  /** Samples of each of the two heads of the store. */
  readonly headSamplesMax: number;
  /** Bytes of request bodies, compressed and not, that may be in memory at the same time. */
  readonly bodiesBytesMax: number;
  /** Longest body: there must be room for it, for what it decompresses to and for what is decoded from it. */
  readonly bodyBytesMax: number;
  /** Bytes that all running queries together may hold, answers that are being sent included. */
  readonly queriesBytesMax: number;
  /** Bytes of blocks that the store keeps for the next queries. */
  readonly readCacheBytesMax: number;
  /** Bytes of exemplars that the store keeps. */
  readonly exemplarBytesMax: number;
  /** Bytes of label bytes by which decoders know series again. */
  readonly knownSeriesBytesMax: number;
  /** Bytes of what series are written as, by which scrapes know them again. */
  readonly exposedSeriesBytesMax: number;
  /** Bytes of what is remembered of counters that say when they began. */
  readonly counterStartsBytesMax: number;
  /** Bytes of the running sums of delta points that are in memory. */
  readonly deltaSumsBytesMax: number;
  /** Bytes of the groups of pushed metrics that are held. */
  readonly pushedGroupsBytesMax: number;
  /** Bytes of what StatsD counts. */
  readonly statsdBytesMax: number;
  /** Bytes of kept results of range queries. */
  readonly queryCacheBytesMax: number;
}

export function divideMemory(memoryMaxBytes: number | undefined): MemoryBudget {
  const total = memoryMaxBytes ?? Math.max(MEMORY_BYTES_MIN, Math.min(DEFAULT_MAX_BYTES, totalmem() / 4));
  const headBytes = total / 8 / HEADS;
  return {
    headSamplesMax: Math.min(HEAD_SAMPLES_MAX, Math.floor(headBytes / HEAD_RECORD_BYTES)),
    bodiesBytesMax: Math.floor(total / 4),
    bodyBytesMax: Math.floor(total / 16),
    queriesBytesMax: Math.floor((total * 3) / 8),
    readCacheBytesMax: Math.floor((total * 3) / 64),
    exemplarBytesMax: Math.floor(total / 32),
    knownSeriesBytesMax: Math.floor(total / 32),
    exposedSeriesBytesMax: Math.floor(total / 128),
    counterStartsBytesMax: Math.floor(total / 64),
    deltaSumsBytesMax: Math.floor(total / 32),
    pushedGroupsBytesMax: Math.floor(total / 128),
    statsdBytesMax: Math.floor(total / 128),
    queryCacheBytesMax: Math.floor(total / 16),
  };
}
