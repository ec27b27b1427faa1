import { pipeline } from 'node:stream/promises';
import { TinyObsError } from '@tinyobs/model';
import { takeCpuProfile } from '../debug/cpuProfile.js';
import { takeHeapSnapshot } from '../debug/heapSnapshot.js';
import type { BodyLimits } from '../http/body.js';
import { clientGone, type Request, type Response } from '../http/exchange.js';
import { readParameters } from '../http/form.js';
import { invalid } from '../http/parameters.js';
import { STALL_MS, streamJson } from '../http/respond.js';
import { setSecurityHeaders } from '../http/securityHeaders.js';
import type { Route } from './route.js';

const SECONDS_DEFAULT = 10;
const SECONDS_MAX = 60;

export interface DebugContext {
  readonly bodies: BodyLimits;
  /** Aborts when closing begins: nothing must be left running. */
  readonly closing: AbortSignal;
  readonly now: () => number;
}

/** Where the time and the memory of a running server go. Each holds it up, so there is one at a time. */
export function debugRoutes(context: DebugContext): Route[] {
  let isBusy = false;
  const debug = (
    path: string,
    answer: (request: Request, response: Response, context: DebugContext) => Promise<void>,
  ): Route => ({
    methods: ['GET'],
    path: `/debug/${path}`,
    errors: 'tinyobs',
    handle: async (request, response) => {
      if (isBusy) throw busy();
      isBusy = true;
      try {
        setSecurityHeaders(response);
        if (request.method === 'HEAD') response.end();
        else await answer(request, response, context);
      } finally {
        isBusy = false;
      }
    },
  });
  return [debug('cpu-profile', sendProfile), debug('heap-snapshot', sendSnapshot)];
}

async function sendProfile(request: Request, response: Response, context: DebugContext): Promise<void> {
  const parameters = await readParameters(request, context.bodies);
  const seconds = parameters.wholeNumber('seconds') ?? SECONDS_DEFAULT;
  if (seconds < 1 || seconds > SECONDS_MAX) {
    throw invalid('seconds', `it must be from 1 to ${SECONDS_MAX}`);
  }
  const ended = AbortSignal.any([clientGone(response), context.closing]);
  const profile = await takeCpuProfile(1000 * seconds, ended);
  nameDownload(response, `tinyobs-${fileTime(context.now())}.cpuprofile`);
  await streamJson(response, [Buffer.from(profile)]);
}

async function sendSnapshot(_request: Request, response: Response, { now }: DebugContext): Promise<void> {
  const snapshot = takeHeapSnapshot();
  nameDownload(response, `tinyobs-${fileTime(now())}.heapsnapshot`);
  response.setHeader('Content-Type', 'application/json');
  response.setHeader('Cache-Control', 'no-store');
  response.setTimeout(STALL_MS, () => response.destroy());
  const gone = clientGone(response);
  try {
    await pipeline(snapshot, response);
  } catch (error) {
    // A client that does not take all of it is no failure of ours; the request is counted as one that broke off.
    if (!gone.aborted) throw error;
  }
}

function nameDownload(response: Response, name: string): void {
  response.setHeader('Content-Disposition', `attachment; filename="${name}"`);
}

/** As it may stand in the name of a file anywhere: 20260102T030405Z. */
function fileTime(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/[-:]|\.\d+/g, '');
}

function busy(): TinyObsError {
  return new TinyObsError(
    'debug_busy',
    'a CPU profile or a heap snapshot is being made already; ask again when it is done',
  );
}
