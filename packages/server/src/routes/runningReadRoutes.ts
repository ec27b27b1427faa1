import { TinyObsError } from '@tinyobs/model';
import { sendJson, sendNoContent } from '../http/respond.js';
import type { RunningRead, RunningReads } from '../http/runningReads.js';
import { type SlowRead, TEXT_LENGTH_MAX } from '../http/slowReads.js';
import type { Route } from './route.js';

export interface RunningReadContext {
  readonly reads: RunningReads;
  readonly now: () => number;
}

/** The queries and other reads that run and wait, their end, and those that took longest. */
export function runningReadRoutes({ reads, now }: RunningReadContext): Route[] {
  return [
    {
      methods: ['GET'],
      path: '/v1/queries',
      errors: 'tinyobs',
      handle: (_request, response) => {
        const queries = reads.list().map((read) => listed(read, now()));
        const slowest = reads.slow.list(now()).map(listedSlow);
        sendJson(response, 200, JSON.stringify({ status: 'ok', queries, slowest }));
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

function listedSlow({ sinceMs, durationMs, ...read }: SlowRead): Record<string, unknown> {
  return { ...read, since: new Date(sinceMs).toISOString(), seconds: durationMs / 1000 };
}
