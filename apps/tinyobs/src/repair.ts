import { type Finding, repairStore } from '@tinyobs/server';
import { contentsText, type Outcome, runOnStore, STATUS, type StoreFlags } from './storeCommand.js';

/** Kinds of findings that tell a loss in words, because it is none of samples. */
const LOSING: readonly Finding['kind'][] = ['deletion', 'document', 'audit_log'];

/** Puts a store in the place of a damaged one and says what was lost. */
export function repair(flags: StoreFlags): Promise<void> {
  return runOnStore(flags, async ({ onFinding, onProgress }): Promise<Outcome> => {
    let losses = 0;
    const count = (finding: Finding) => {
      const isLoss = finding.severity === 'damage' && LOSING.includes(finding.kind);
      if (finding.loss || isLoss) losses++;
      onFinding(finding);
    };
    const report = await repairStore(flags.dataDir, { onFinding: count, onProgress });
    if (!report.repaired) {
      const text = `${flags.dataDir} is sound: nothing to repair, nothing was changed.\n`;
      return { status: STATUS.sound, text, report };
    }
    const { after, oldFiles } = report.repaired;
    const lost =
      losses === 0
        ? 'Nothing was lost.\n'
        : 'Something was lost: see "lost" and "BACK" in the findings above.\n';
    const text =
      `Repaired ${flags.dataDir}. It holds ${contentsText(after)}.\n${lost}` +
      `The old files are in ${oldFiles}; remove them when you no longer need them.\n`;
    return { status: losses === 0 ? STATUS.sound : STATUS.damaged, text, report };
  });
}
