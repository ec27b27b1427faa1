import { type AuditEnds, encodeLostAuditEntry, NO_ENTRIES } from '../audit/auditRecord.js';
import { type DocumentCount, NO_DOCUMENTS } from '../documents/documentRecord.js';
import type { WriteQueue } from '../flush/writeQueue.js';
import { auditKey, type DocumentKind } from '../kv/keys.js';
import { sealOf, withSealRoom } from '../kv/seal.js';
import type { EntryReader } from '../verify/finding.js';
import { surveyAudit } from '../verify/surveyAudit.js';
import { surveyDocuments } from '../verify/surveyDocuments.js';

/** What was said while surveying is not said again. */
const SILENT = () => undefined;

/** Copies the documents that are sound, and counts them. */
export async function copyDocuments(
  source: EntryReader,
  queue: WriteQueue,
): Promise<ReadonlyMap<DocumentKind, DocumentCount>> {
  const counts = new Map<DocumentKind, DocumentCount>();
  await surveyDocuments(source, {
    say: SILENT,
    isCounted: false,
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
export async function copyAudit(
  source: EntryReader,
  queue: WriteQueue,
  hasEnds: boolean,
): Promise<AuditEnds> {
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
