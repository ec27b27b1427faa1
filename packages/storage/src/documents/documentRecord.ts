import { ByteReader } from '../bytes/byteReader.js';
import { ByteWriter } from '../bytes/byteWriter.js';
import { DOCUMENT_KINDS, documentCountKey } from '../kv/keys.js';
import type { KeyValueBatch } from '../kv/keyValueStore.js';
import { requireVersion } from '../kv/recordVersion.js';
import { seal } from '../kv/seal.js';

/** Layout of documents and of the records that count them: docs/format/documents.md. */
const VERSION = 1;

/** What there must be of the documents of a kind, so that absence is noticed (S4). */
export interface DocumentCount {
  readonly documents: number;
  /** Sum of the checksums of all their records, modulo 2^32. */
  readonly sum: number;
}

export const NO_DOCUMENTS: DocumentCount = { documents: 0, sum: 0 };

export function encodeDocument(bytes: Uint8Array): Uint8Array {
  const payload = new Uint8Array(1 + bytes.length);
  payload[0] = VERSION;
  payload.set(bytes, 1);
  return payload;
}

/**
 * A copy of the document's bytes.
 *
 * @throws TinyObsError `store_version`
 */
export function decodeDocument(payload: Uint8Array): Uint8Array {
  requireVersion('a document', { found: new ByteReader(payload).u8(), supported: VERSION });
  // A slice of a Buffer, which LevelDB gives, would be no copy.
  return new Uint8Array(payload.subarray(1));
}

export function encodeDocumentCount({ documents, sum }: DocumentCount): Uint8Array {
  const writer = new ByteWriter();
  writer.u8(VERSION);
  writer.varint(documents);
  writer.u32(sum);
  return writer.written().slice();
}

/** @throws TinyObsError `store_version` */
export function decodeDocumentCount(payload: Uint8Array): DocumentCount {
  const reader = new ByteReader(payload);
  requireVersion('the count of documents', { found: reader.u8(), supported: VERSION });
  return { documents: reader.varint(), sum: reader.u32() };
}

/** Counts none of any kind: these records are there from the beginning, so that one that is gone is noticed. */
export function putEmptyCounts(batch: KeyValueBatch): void {
  for (const kind of DOCUMENT_KINDS) {
    const key = documentCountKey(kind);
    batch.put(key, seal(key, encodeDocumentCount(NO_DOCUMENTS)));
  }
}
