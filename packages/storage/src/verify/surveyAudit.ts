import { decodeAuditEntry } from '../audit/auditRecord.js';
import { AUDIT_ENDS_KEY, AUDIT_ENTRIES, parseAuditSeq } from '../kv/keys.js';
import type { EntryReader } from './finding.js';
import { type LogSurveyOptions, type NumberedLog, surveyLog } from './surveyLog.js';

/** Entries that an earlier repair found lost have no content. */
const AUDIT_LOG: NumberedLog<Uint8Array | undefined> = {
  name: 'audit log',
  kind: 'audit_log',
  endsKey: AUDIT_ENDS_KEY,
  entries: AUDIT_ENTRIES,
  parseSeq: parseAuditSeq,
  decode: decodeAuditEntry,
};

export interface AuditSurvey {
  /** Sound entries; those that an earlier repair found lost are none. */
  readonly entries: number;
  /** Number behind the last entry there was. */
  readonly next: number;
}

/** Checks every entry of the audit log (S4). */
export async function surveyAudit(
  kv: EntryReader,
  options: Omit<LogSurveyOptions<unknown>, 'visit'> & Partial<Pick<LogSurveyOptions<unknown>, 'visit'>>,
): Promise<AuditSurvey> {
  let entries = 0;
  const next = await surveyLog(kv, AUDIT_LOG, {
    ...options,
    visit: (entry) => {
      if (entry.content) entries++;
      return options.visit?.(entry);
    },
  });
  return { entries, next };
}
