import { type DestinationStream, destination, type Logger, pino } from 'pino';

export type Log = Logger;

/** JSON lines on standard error, unless told where; standard output is for what a command answers. */
export function createLog(level: string, to: DestinationStream = destination({ fd: 2, sync: true })): Log {
  return pino({ name: 'tinyobs', level, base: undefined }, to);
}
