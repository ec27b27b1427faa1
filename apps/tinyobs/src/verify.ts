import { verifyStore } from '@tinyobs/server';
import { sizeText } from './progressLine.js';
import { contentsText, runOnStore, STATUS, type StoreFlags } from './storeCommand.js';

/** Checks a store and says what is wrong with it. */
export function verify(flags: StoreFlags): Promise<void> {
  return runOnStore(flags, async (options) => {
    const report = await verifyStore(flags.dataDir, options);
    const checked = `Checked ${sizeText(report.sizeBytes)}: ${contentsText(report)}.\n`;
    const verdict = report.isSound
      ? `${flags.dataDir} is sound.\n`
      : `${flags.dataDir} is DAMAGED: ${report.damages} findings. What is sound can be kept:\n` +
        `  tinyobs repair --data-dir ${flags.dataDir}\n`;
    return { status: report.isSound ? STATUS.sound : STATUS.damaged, text: checked + verdict, report };
  });
}
