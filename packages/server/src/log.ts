import { type DestinationStream, destination, type Logger, pino } from 'pino';
import type { LiveConfig } from './config/liveConfig.js';

export type Log = Logger;

/** What is in JSON as it is although terminals take it for a command, or for an order of reading. */
const CONTROLS = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A logger at the level in force. */
export function followedLog(live: LiveConfig, to?: DestinationStream): Log {
  const log = createLog(live.current.log.level, to);
  live.onChange((next) => {
    log.level = next.log.level;
  });
  return log;
}

/** Standard error: standard output is for what a command answers. */
export function standardError(): DestinationStream {
  return destination({ fd: 2, sync: true });
}

/**
 * A logger that writes JSON lines. What it writes changes with its `level`, from the next line on: nobody makes
 * child loggers of it, which keep the level that they were made with.
 */
export function createLog(level: string, to: DestinationStream = standardError()): Log {
  return pino({ name: 'tinyobs', level, base: undefined, hooks: { streamWrite: escapeControls } }, to);
}

function escapeControls(line: string): string {
  return line.replace(CONTROLS, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
