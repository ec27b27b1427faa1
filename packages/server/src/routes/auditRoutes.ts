import { TinyObsError } from '@tinyobs/model';
import type { AuditTrail } from '../access/auditTrail.js';
import { clientGone } from '../http/exchange.js';
import { Parameters } from '../http/parameters.js';
import { sendJson } from '../http/respond.js';
import type { Route } from './route.js';

const LISTED_DEFAULT = 100;
const LISTED_MAX = 1000;

/**
 * The audit log, newest first: all of it, or what has the words of `search`. `before` goes on from the number that the
 * last answer ended with.
 */
export function auditRoutes({ audit }: { readonly audit: AuditTrail }): Route[] {
  return [
    {
      methods: ['GET'],
      path: '/v1/audit',
      errors: 'tinyobs',
      handle: async (request, response) => {
        const parameters = new Parameters((request.url ?? '').split('?')[1] ?? '', '');
        const limit = parameters.limit('limit') || LISTED_DEFAULT;
        if (limit > LISTED_MAX) throw tooMany(limit);
        const beforeSeq = parameters.limit('before') || undefined;
        const search = parameters.text('search');
        const entries = await audit.read({ beforeSeq, search, limit }, clientGone(response));
        sendJson(response, 200, JSON.stringify({ status: 'ok', entries }));
      },
    },
  ];
}

function tooMany(limit: number): TinyObsError {
  return new TinyObsError(
    'invalid_parameter',
    `limit is ${limit}; expected: at most ${LISTED_MAX}; go on with before=<number of the last entry>`,
    { details: { parameter: 'limit' } },
  );
}
