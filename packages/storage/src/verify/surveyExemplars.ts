import { decodeEntry, type ExemplarFields } from '../exemplars/exemplarRecord.js';
import { EXEMPLAR_ENDS_KEY, EXEMPLAR_ENTRIES, parseExemplarSeq } from '../kv/keys.js';
import type { SeriesBits } from '../manifest/seriesBits.js';
import type { EntryReader, FindingHandler } from './finding.js';
import { type NumberedLog, surveyLog } from './surveyLog.js';
import type { SeriesSurvey } from './surveySeries.js';

const EXEMPLAR_LOG: NumberedLog<readonly ExemplarFields[]> = {
  name: 'exemplars',
  kind: 'exemplars',
  endsKey: EXEMPLAR_ENDS_KEY,
  entries: EXEMPLAR_ENTRIES,
  parseSeq: parseExemplarSeq,
  decode: decodeEntry,
};

export interface ExemplarSurveyOptions {
  readonly say: FindingHandler;
  readonly series: SeriesSurvey;
  /** Whether the record of the ends must be there; earlier formats had none. */
  readonly hasEnds: boolean;
  readonly visit?: (exemplar: ExemplarFields) => Promise<void> | void;
}

/** Checks all exemplars (S4), and that their series are known; returns how many are sound. */
export async function surveyExemplars(
  kv: EntryReader,
  { say, series, hasEnds, visit }: ExemplarSurveyOptions,
): Promise<number> {
  let sound = 0;
  let orphans = 0;
  await surveyLog(kv, EXEMPLAR_LOG, {
    say,
    hasEnds,
    visit: async ({ content }) => {
      for (const exemplar of content) {
        if (series.knows(exemplar.series)) {
          sound++;
          await visit?.(exemplar);
        } else orphans++;
      }
    },
  });
  if (orphans > 0) {
    const message = `${orphans} exemplars are lost: the labels of their series are gone`;
    say({ severity: 'damage', kind: 'exemplars', message });
  }
  return sound;
}

/** Adds the series of all exemplars that count and can be read. */
export async function addSeriesOfExemplars(
  kv: EntryReader,
  hasEnds: boolean,
  held: SeriesBits,
): Promise<void> {
  await surveyLog(kv, EXEMPLAR_LOG, {
    say: () => undefined,
    hasEnds,
    visit: ({ content }) => {
      for (const { series } of content) held.add(series);
    },
  });
}
