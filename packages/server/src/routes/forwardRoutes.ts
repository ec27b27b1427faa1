import type { DestinationStatus, Forwarder } from '@tinyobs/forward';
import type { TailStore } from '@tinyobs/storage';
import { sendJson } from '../http/respond.js';
import type { Route } from './route.js';

export interface ForwardContext {
  readonly forwarder: Pick<Forwarder, 'destinations'>;
  readonly tails: Pick<TailStore, 'heldBytes'>;
}

/** How what is stored is sent on. */
export function forwardRoutes({ forwarder, tails }: ForwardContext): Route[] {
  return [
    {
      methods: ['GET'],
      path: '/v1/forward/status',
      errors: 'tinyobs',
      handle: (_request, response) => {
        const destinations = forwarder.destinations.map(destinationJson);
        const answer = { status: 'ok', keptBytes: tails.heldBytes, destinations };
        sendJson(response, 200, JSON.stringify(answer));
      },
    },
  ];
}

function destinationJson(status: DestinationStatus): object {
  const { config, figures, state, shards, pendingSamples, pendingRecords, lagSeconds } = status;
  const { lastError, lastSentMs } = figures;
  return {
    name: config.name,
    url: config.url,
    state,
    shards,
    lagSeconds,
    pending: { samples: pendingSamples, records: pendingRecords },
    sent: { samples: figures.sent, bytes: figures.sentBytes, metadata: figures.metadataSent },
    dropped: figures.dropped,
    lostRecords: figures.lostRecords,
    retries: figures.retries,
    lastSent: lastSentMs === undefined ? null : new Date(lastSentMs).toISOString(),
    lastError: lastError
      ? {
          code: lastError.error.code,
          message: lastError.error.message,
          time: new Date(lastError.timeMs).toISOString(),
        }
      : null,
  };
}
