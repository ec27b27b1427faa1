import { TinyObsError } from '@tinyobs/model';
import type { Store } from '@tinyobs/storage';
import { setActionDetail } from '../access/actionDetail.js';
import type { BodyLimits } from '../http/body.js';
import { clientGone, type Request, type Response } from '../http/exchange.js';
import { readParameters } from '../http/form.js';
import { sendNoContent } from '../http/respond.js';
import type { Route } from './route.js';

export interface AdminContext {
  readonly store: Store;
  readonly bodies: BodyLimits;
}

/**
 * What changes the store itself: each answers 204 when it is done.
 * Source: https://prometheus.io/docs/prometheus/latest/querying/api/#tsdb-admin-apis
 */
export function adminRoutes({ store, bodies }: AdminContext): Route[] {
  const act = (path: string, action: (request: Request, signal: AbortSignal) => Promise<void>): Route => ({
    methods: ['POST', 'PUT'],
    path: `/api/v1/admin/${path}`,
    errors: 'prometheus',
    handle: async (request: Request, response: Response) => {
      await action(request, clientGone(response));
      sendNoContent(response);
    },
  });
  return [
    act('flush', () => store.flush()),
    act('compact', () => store.compact()),
    act('tsdb/delete_series', (request, signal) => deleteSeries(request, signal, { store, bodies })),
    act('tsdb/clean_tombstones', () => store.cleanTombstones()),
  ];
}

async function deleteSeries(
  request: Request,
  signal: AbortSignal,
  { store, bodies }: AdminContext,
): Promise<void> {
  const parameters = await readParameters(request, bodies);
  const matcherSets = await parameters.matcherSets(signal);
  if (matcherSets.length === 0) {
    throw new TinyObsError('invalid_parameter', 'no match[] parameter provided; name at least one selector', {
      details: { parameter: 'match[]' },
    });
  }
  setActionDetail(request, parameters.texts('match[]').join(' '));
  await store.deleteSeries(matcherSets, parameters.timeRange());
}
