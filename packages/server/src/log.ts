import { destination, type Logger, pino } from 'pino';

export type Log = Logger;

/** JSON lines on standard error; standard output is for what a command answers. */
export function createLog(level: string): Log {
  return pino({ name: 'tinyobs', level, base: undefined }, destination({ fd: 2, sync: true }));
}
