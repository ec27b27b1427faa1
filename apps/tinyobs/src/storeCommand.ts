import type { Finding, FolderSurveyOptions, VerifyReport } from '@tinyobs/server';
import { fail } from './fail.js';
import { findingText } from './findingText.js';
import { outliveReaders } from './outliveReaders.js';
import { ProgressLine } from './progressLine.js';

export interface StoreFlags {
  readonly dataDir: string;
  readonly json?: boolean;
}

/** How the commands on stores end. */
export const STATUS = { sound: 0, damaged: 1, notRun: 2 } as const;

/** What a command says at its end. */
export interface Outcome {
  readonly status: number;
  /** For people. */
  readonly text: string;
  /** For machines. */
  readonly report: object;
}

/** Runs a command on a store: findings and the outcome to standard output, progress to standard error. */
export async function runOnStore(
  flags: StoreFlags,
  work: (options: FolderSurveyOptions) => Promise<Outcome>,
): Promise<void> {
  outliveReaders();
  const line = new ProgressLine(process.stderr);
  const print = (type: string, object: object, text: string) => {
    line.clear();
    process.stdout.write(flags.json ? `${JSON.stringify({ type, ...object })}\n` : text);
  };
  try {
    const { status, text, report } = await work({
      onFinding: (finding: Finding) => print('finding', finding, findingText(finding)),
      onProgress: (progress) => line.show(progress),
    });
    print('report', report, text);
    process.exitCode = status;
  } catch (error) {
    line.clear();
    fail(error, STATUS.notRun);
  }
}

/** What a store holds, in a line. */
export function contentsText(report: VerifyReport): string {
  const count = (number: number) => number.toLocaleString('en');
  return (
    `${count(report.series)} series, ${count(report.blockSamples)} samples in ${count(report.runs)} runs of blocks, ` +
    `${count(report.walSamples)} in write-ahead records, ${count(report.deletions)} deletions waiting, ` +
    `${count(report.documents)} documents, ${count(report.auditEntries)} audit entries, ${count(report.exemplars)} exemplars`
  );
}
