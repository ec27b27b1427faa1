import { compareUtf8, type MetricMetadata, type MetricType } from '@tinyobs/model';
import { ByteReader } from '../bytes/byteReader.js';
import { ByteWriter } from '../bytes/byteWriter.js';
import { METADATA_RANGE, metadataKey, parseMetadataKey } from '../kv/keys.js';
import type { KeyValueBatch, KeyValueStore } from '../kv/keyValueStore.js';
import { requireVersion } from '../kv/recordVersion.js';
import { seal, unseal } from '../kv/seal.js';
import { METADATA_LENGTH_MAX, METADATA_METRICS_MAX, METADATA_TOTAL_LENGTH_MAX } from '../limits.js';

/** Layout: docs/format/keys.md. */
const VERSION = 1;

/** Persisted: the types of metrics by their numbers. */
const TYPES: readonly MetricType[] = [
  'unknown',
  'counter',
  'gauge',
  'histogram',
  'summary',
  'gaugehistogram',
  'info',
  'stateset',
];

const ENTRIES_PER_READ = 1024;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Type, help and unit of metrics: all in memory, each change written in the group commit that brings it.
 *
 * S6: what would pass `METADATA_METRICS_MAX`, `METADATA_LENGTH_MAX` or `METADATA_TOTAL_LENGTH_MAX` is not kept.
 */
export class MetadataStore {
  /** Changes that were not kept. */
  refused = 0;
  /** Characters of all that is kept. */
  #length = 0;
  readonly #byMetric = new Map<string, MetricMetadata>();
  #staged = new Map<string, MetricMetadata>();

  async load(kv: KeyValueStore): Promise<void> {
    const iterator = kv.iterate(METADATA_RANGE);
    try {
      for (;;) {
        const entries = await iterator.next(ENTRIES_PER_READ);
        if (entries.length === 0) return;
        for (const [key, value] of entries) {
          const metric = parseMetadataKey(key);
          const known = decodeMetadata(metric, unseal(key, value));
          this.#byMetric.set(metric, known);
          this.#length += lengthOf(known);
        }
      }
    } finally {
      await iterator.close();
    }
  }

  /** Adds what is new or different to the write batch. An unknown type and empty texts change nothing. */
  stage(changes: readonly MetricMetadata[], batch: KeyValueBatch): void {
    for (const said of changes) {
      const known = this.#staged.get(said.metric) ?? this.#byMetric.get(said.metric);
      const change = known ? joined(known, said) : said;
      if (known && isSame(known, change)) continue;
      if (!this.#hasRoomFor(change, known)) {
        this.refused++;
        continue;
      }
      this.#length += lengthOf(change) - (known ? lengthOf(known) : 0);
      this.#staged.set(change.metric, { ...change });
      const key = metadataKey(change.metric);
      batch.put(key, seal(key, encode(change)));
    }
  }

  /** Puts the staged changes in force, after their batch was kept. */
  commit(): void {
    if (this.#staged.size === 0) return;
    for (const [metric, change] of this.#staged) this.#byMetric.set(metric, change);
    this.#staged = new Map();
  }

  list(metric: string | undefined, limit: number): MetricMetadata[] {
    if (metric !== undefined) {
      const found = this.#byMetric.get(metric);
      return found ? [found] : [];
    }
    const all = [...this.#byMetric.values()].sort((a, b) => compareUtf8(a.metric, b.metric));
    return limit > 0 ? all.slice(0, limit) : all;
  }

  #hasRoomFor(change: MetricMetadata, known: MetricMetadata | undefined): boolean {
    const length = lengthOf(change);
    const total = this.#length + length - (known ? lengthOf(known) : 0);
    if (length > METADATA_LENGTH_MAX || total > METADATA_TOTAL_LENGTH_MAX) return false;
    return known !== undefined || this.#byMetric.size + this.#staged.size < METADATA_METRICS_MAX;
  }
}

function lengthOf({ metric, help, unit }: MetricMetadata): number {
  return metric.length + help.length + unit.length;
}

/** What is said later wins; who does not know something takes nothing from what is known. */
function joined(known: MetricMetadata, { metric, type, help, unit }: MetricMetadata): MetricMetadata {
  return {
    metric,
    type: type === 'unknown' ? known.type : type,
    help: help === '' ? known.help : help,
    unit: unit === '' ? known.unit : unit,
  };
}

function isSame(a: MetricMetadata, b: MetricMetadata): boolean {
  return a.type === b.type && a.help === b.help && a.unit === b.unit;
}

function encode(metadata: MetricMetadata): Uint8Array {
  const writer = new ByteWriter();
  writer.u8(VERSION);
  writer.u8(TYPES.indexOf(metadata.type));
  for (const text of [metadata.help, metadata.unit]) {
    const bytes = encoder.encode(text);
    writer.varint(bytes.length);
    writer.bytes(bytes);
  }
  return writer.written();
}

/** @throws RangeError for a type this code does not know, TinyObsError `store_version` */
export function decodeMetadata(metric: string, payload: Uint8Array): MetricMetadata {
  const reader = new ByteReader(payload);
  requireVersion('the metadata of a metric', { found: reader.u8(), supported: VERSION });
  const type = TYPES[reader.u8()];
  if (type === undefined) throw new RangeError('unknown type of a metric');
  const [help, unit] = [0, 1].map(() => decoder.decode(reader.take(reader.varint())));
  return { metric, type, help, unit };
}
