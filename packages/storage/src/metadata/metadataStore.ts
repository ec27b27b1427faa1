import { compareUtf8, type MetricMetadata, type MetricType } from '@tinyobs/model';
import { ByteReader } from '../bytes/byteReader.js';
import { ByteWriter } from '../bytes/byteWriter.js';
import { METADATA_RANGE, metadataKey, parseMetadataKey } from '../kv/keys.js';
import type { KeyValueBatch, KeyValueStore } from '../kv/keyValueStore.js';
import { requireVersion } from '../kv/recordVersion.js';
import { seal, unseal } from '../kv/seal.js';
import { METADATA_METRICS_MAX } from '../limits.js';

/** Layout: docs/format/keys.md. */
const VERSION = 1;

/** Persisted: the types of metrics by their numbers. */
const TYPES: readonly MetricType[] = ['unknown', 'counter', 'gauge', 'histogram', 'summary'];

const ENTRIES_PER_READ = 1024;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Type, help and unit of metrics: all in memory, each change written in the group commit that brings it. */
export class MetadataStore {
  /** Metric families turned away because `METADATA_METRICS_MAX` are known. */
  refused = 0;
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
          this.#byMetric.set(metric, decodeMetadata(metric, unseal(key, value)));
        }
      }
    } finally {
      await iterator.close();
    }
  }

  /** Adds what is new or different to the write batch. */
  stage(changes: readonly MetricMetadata[], batch: KeyValueBatch): void {
    for (const change of changes) {
      const known = this.#staged.get(change.metric) ?? this.#byMetric.get(change.metric);
      if (known ? isSame(known, change) : !this.#hasRoom()) continue;
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

  #hasRoom(): boolean {
    if (this.#byMetric.size + this.#staged.size < METADATA_METRICS_MAX) return true;
    this.refused++;
    return false;
  }
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
