import { type DestinationStream, destination, type Logger, pino } from 'pino';
import type { LiveConfig } from './config/liveConfig.js';

export type Log = Logger;

/** A logger at the level in force. */
export function followedLog(live: LiveConfig): Log {
  const log = createLog(live.current.log.level);
  live.onChange((next) => {
    log.level = next.log.level;
  });
  return log;
}

/** JSON lines on standard error, unless told where; standard output is for what a command answers. */
export function createLog(level: string, to: DestinationStream = destination({ fd: 2, sync: true })): Log {
  return pino({ name: 'tinyobs', level, base: undefined }, to);
}
