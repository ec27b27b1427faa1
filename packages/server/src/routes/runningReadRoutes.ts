import { TinyObsError } from '@tinyobs/model';
import { sendJson, sendNoContent } from '../http/respond.js';
import type { RunningRead, RunningReads } from '../http/runningReads.js';
import type { Route } from './route.js';

/** Longest text that is listed: that of a query may be many times as long. */
const TEXT_LENGTH_MAX = 1000;

export interface RunningReadContext {
  readonly reads: RunningReads;
  readonly now: () => number;
}

/** The queries and other reads that run and wait, and their end. */
export function runningReadRoutes({ reads, now }: RunningReadContext): Route[] {
  return [
    {
      methods: ['GET'],
      path: '/v1/queries',
      errors: 'tinyobs',
      handle: (_request, response) => {
        const queries = reads.list().map((read) => listed(read, now()));
        sendJson(response, 200, JSON.stringify({ status: 'ok', queries }));
      },
    },
    {
      methods: ['DELETE'],
      path: '/v1/queries/:id',
      errors: 'tinyobs',
      handle: (_request, response, { id }) => {
        if (!reads.cancel(id)) {
          throw new TinyObsError(
            'not_found',
            'no query of this id runs or waits; GET /v1/queries lists them',
            {
              details: { id },
            },
          );
        }
        sendNoContent(response);
      },
    },
  ];
}

function listed({ progress, text, sinceMs, ...read }: RunningRead, nowMs: number): Record<string, unknown> {
  return {
    id: read.id,
    state: read.state,
    route: read.route,
    text: text.slice(0, TEXT_LENGTH_MAX),
    textLength: text.length,
    since: new Date(sinceMs).toISOString(),
    seconds: (nowMs - sinceMs) / 1000,
    client: read.client,
    key: read.key,
    requestId: read.requestId,
    samplesRead: progress.samplesRead,
  };
}
