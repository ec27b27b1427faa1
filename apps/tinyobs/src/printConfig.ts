import { configYaml, loadConfig } from '@tinyobs/server';
import { type ConfigFlags, sourcesOf } from './configFlags.js';

export interface PrintFlags extends ConfigFlags {
  readonly json?: boolean;
}

/** Prints the configuration that the server would have; what is printed can be given to it as its file. */
export function printConfig(flags: PrintFlags): void {
  const { written } = loadConfig(sourcesOf(flags));
  process.stdout.write(flags.json ? `${JSON.stringify(written, undefined, 2)}\n` : configYaml(written));
}
