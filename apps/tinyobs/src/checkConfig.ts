import { loadConfig } from '@tinyobs/server';
import { type ConfigFlags, sourcesOf, textOf } from './configFlags.js';

/** Says that the configuration is valid, and what is set where; fails with all that is wrong with it. */
export function checkConfig(flags: ConfigFlags): void {
  const { settings } = loadConfig(sourcesOf(flags));
  const rows = settings.map(({ path, value, origin }) => [`${path} = ${textOf(value)}`, origin]);
  const width = Math.max(0, ...rows.map(([setting]) => setting.length));
  const lines = rows.map(([setting, origin]) => `  ${setting.padEnd(width)}  ${origin}\n`);
  process.stdout.write(`configuration is valid\n${lines.join('')}`);
}
