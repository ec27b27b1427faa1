import { ByteReader } from '../bytes/byteReader.js';
import { requireVersion } from '../kv/recordVersion.js';

/** Layout of entries: docs/format/audit.md. */
const VERSION = 1;

/** Persisted: what a record is. One that says `lost` stands where a repair found nothing sound. */
const CONTENT = { entry: 0, lost: 1 } as const;

export function encodeAuditEntry(bytes: Uint8Array): Uint8Array {
  const payload = new Uint8Array(2 + bytes.length);
  payload[0] = VERSION;
  payload[1] = CONTENT.entry;
  payload.set(bytes, 2);
  return payload;
}

/** Takes the place of an entry that is lost, so that the numbers have no gap. */
export function encodeLostAuditEntry(): Uint8Array {
  return Uint8Array.of(VERSION, CONTENT.lost);
}

/**
 * A copy of the entry's bytes; undefined when they were lost before a repair.
 *
 * @throws RangeError for a content this code does not know, TinyObsError `store_version`
 */
export function decodeAuditEntry(payload: Uint8Array): Uint8Array | undefined {
  const reader = new ByteReader(payload);
  requireVersion('an entry of the audit log', { found: reader.u8(), supported: VERSION });
  const content = reader.u8();
  if (content === CONTENT.lost) return undefined;
  if (content !== CONTENT.entry) throw new RangeError('unknown content of an entry of the audit log');
  // A slice of a Buffer, which LevelDB gives, would be no copy.
  return new Uint8Array(payload.subarray(2));
}
