import { encodeLostAuditEntry } from '../audit/auditRecord.js';
import { ByteWriter } from '../bytes/byteWriter.js';
import { type DocumentCount, NO_DOCUMENTS } from '../documents/documentRecord.js';
import { addToEntry, beginEntry } from '../exemplars/exemplarRecord.js';
import type { WriteQueue } from '../flush/writeQueue.js';
import { auditKey, DOCUMENT_KINDS, type DocumentKind, exemplarKey } from '../kv/keys.js';
import { type LogEnds, NO_ENTRIES } from '../kv/logEnds.js';
import { sealOf, withSealRoom } from '../kv/seal.js';
import { EXEMPLAR_ENTRY_MAX } from '../limits.js';
import type { EntryReader } from '../verify/finding.js';
import { surveyAudit } from '../verify/surveyAudit.js';
import { surveyDocuments } from '../verify/surveyDocuments.js';
import { surveyExemplars } from '../verify/surveyExemplars.js';
import type { StoreSurvey } from '../verify/surveyStore.js';

/** What was said while surveying is not said again. */
const SILENT = () => undefined;

/** Copies the documents that are sound, and counts them. */
export async function copyDocuments(
  source: EntryReader,
  queue: WriteQueue,
): Promise<ReadonlyMap<DocumentKind, DocumentCount>> {
  const counts = new Map<DocumentKind, DocumentCount>(DOCUMENT_KINDS.map((kind) => [kind, NO_DOCUMENTS]));
  await surveyDocuments(source, {
    say: SILENT,
    counted: [],
    visit: ({ kind, key, value }) => {
      const { documents, sum } = counts.get(kind) ?? NO_DOCUMENTS;
      counts.set(kind, { documents: documents + 1, sum: (sum + sealOf(value)) >>> 0 });
      queue.put(key, value);
      return queue.wantsBreath ? queue.breathe() : undefined;
    },
  });
  return counts;
}

/**
 * Copies the entries of the audit log that are sound, from the first of them on; where others were, records say that
 * they are lost, so that the numbers have no gap (S4) and none is given twice.
 */
export async function copyAudit(source: EntryReader, queue: WriteQueue, hasEnds: boolean): Promise<LogEnds> {
  let low: number | undefined;
  let next = NO_ENTRIES.next;
  const fillUpTo = async (end: number) => {
    for (; next < end; next++) {
      queue.put(auditKey(next), withSealRoom(encodeLostAuditEntry()));
      await queue.breathe();
    }
  };
  const survey = await surveyAudit(source, {
    say: SILENT,
    hasEnds,
    visit: async ({ seq, key, value }) => {
      if (low === undefined) low = next = seq;
      await fillUpTo(seq);
      queue.put(key, value);
      next = seq + 1;
      await queue.breathe();
    },
  });
  if (low === undefined) return { low: survey.next, next: survey.next };
  await fillUpTo(survey.next);
  return { low, next: survey.next };
}

/** Writes the exemplars that are sound into entries of new numbers. */
export async function copyExemplars(
  source: EntryReader,
  queue: WriteQueue,
  { catalog, series }: StoreSurvey,
): Promise<LogEnds> {
  const { low } = NO_ENTRIES;
  const entry = new ByteWriter();
  let count = 0;
  let next = low;
  const putEntry = () => {
    queue.put(exemplarKey(next++), withSealRoom(entry.written()));
    count = 0;
  };
  await surveyExemplars(source, {
    say: SILENT,
    series,
    hasEnds: catalog.hasExemplars,
    visit: (exemplar) => {
      if (count === 0) {
        entry.reset();
        beginEntry(entry);
      }
      addToEntry(entry, exemplar);
      if (++count < EXEMPLAR_ENTRY_MAX) return undefined;
      putEntry();
      return queue.breathe();
    },
  });
  if (count > 0) putEntry();
  return { low, next };
}
