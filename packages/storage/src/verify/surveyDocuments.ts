import { type DocumentCount, decodeDocument, decodeDocumentCount } from '../documents/documentRecord.js';
import { isKnownKey } from '../kv/keyShapes.js';
import {
  DOCUMENT_KINDS,
  type DocumentKind,
  documentCountKey,
  documentRange,
  parseDocumentId,
} from '../kv/keys.js';
import { readSealed, sealOf } from '../kv/seal.js';
import { type EntryReader, type FindingHandler, forEachEntry, hexOf } from './finding.js';

/** A document that is sound, with its bytes as they are stored. */
export interface SoundDocument {
  readonly kind: DocumentKind;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export interface DocumentSurveyOptions {
  readonly say: FindingHandler;
  /** Kinds of which a record that counts them must be there; earlier formats had none. */
  readonly counted: readonly DocumentKind[];
  readonly visit?: (document: SoundDocument) => Promise<void> | void;
}

/** Checks all documents and the records that count them (S4); returns how many are sound. */
export async function surveyDocuments(kv: EntryReader, options: DocumentSurveyOptions): Promise<number> {
  let sound = 0;
  for (const kind of DOCUMENT_KINDS) sound += await surveyKind(kv, kind, options);
  return sound;
}

async function surveyKind(
  kv: EntryReader,
  kind: DocumentKind,
  { say, counted, visit }: DocumentSurveyOptions,
): Promise<number> {
  let sound = 0;
  let bad = 0;
  let sum = 0;
  await forEachEntry(kv, documentRange(kind), (key, value) => {
    if (!isKnownKey(key)) return undefined;
    sum = (sum + sealOf(value)) >>> 0;
    const { problem } = readSealed(key, value, decodeDocument);
    if (problem === undefined) {
      sound++;
      return visit?.({ kind, key, value });
    }
    bad++;
    const message = `document ${parseDocumentId(key)} of kind ${kind} is lost: its record ${problem}`;
    say({ severity: 'damage', kind: 'document', message, key: hexOf(key) });
    return undefined;
  });
  if (counted.includes(kind)) {
    await checkCount(kv, kind, { found: { documents: sound + bad, sum }, hasBad: bad > 0, say });
  }
  return sound;
}

async function checkCount(
  kv: EntryReader,
  kind: DocumentKind,
  { found, hasBad, say }: { found: DocumentCount; hasBad: boolean; say: FindingHandler },
): Promise<void> {
  const key = documentCountKey(kind);
  const reading = readSealed(key, await kv.get(key), decodeDocumentCount);
  const message =
    reading.problem === undefined
      ? differenceOf(kind, found, { counted: reading.value, hasBad })
      : `the record that counts documents of kind ${kind} ${reading.problem}: some may be lost, or BACK ALTHOUGH DELETED`;
  if (message) say({ severity: 'damage', kind: 'document', message, key: hexOf(key) });
}

/** How documents are other ones than were counted; undefined where they are not. */
function differenceOf(
  kind: DocumentKind,
  found: DocumentCount,
  { counted, hasBad }: { readonly counted: DocumentCount; readonly hasBad: boolean },
): string | undefined {
  const missing = counted.documents - found.documents;
  if (missing > 0) return `documents of kind ${kind} are lost: ${missing} of ${counted.documents}`;
  if (missing < 0) {
    return `documents of kind ${kind} ARE BACK ALTHOUGH DELETED: ${-missing}; look through them and delete them again`;
  }
  if (found.sum === counted.sum || hasBad) return undefined;
  return `a document of kind ${kind} is lost: one of an earlier time is in its place; look through them`;
}
