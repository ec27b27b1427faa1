import { setActionDetail } from '../access/actionDetail.js';
import { newKeySchema } from '../access/keyRecord.js';
import type { KeyRing } from '../access/keyRing.js';
import { keyOf } from '../access/requestKey.js';
import type { BodyLimits } from '../http/body.js';
import { readJson } from '../http/jsonBody.js';
import { sendJson } from '../http/respond.js';
import type { Route } from './route.js';

export interface KeyContext {
  readonly keys: KeyRing;
  readonly bodies: BodyLimits;
}

/** API keys: made, listed, revoked. The text of a key is in the answer that made it, and never again. */
export function keyRoutes({ keys, bodies }: KeyContext): Route[] {
  return [
    {
      methods: ['GET', 'POST'],
      path: '/v1/keys',
      errors: 'tinyobs',
      handle: async (request, response) => {
        if (request.method !== 'POST') {
          sendJson(response, 200, JSON.stringify({ status: 'ok', keys: keys.list() }));
          return;
        }
        const { key, listed } = await keys.create(await readJson(request, bodies, newKeySchema));
        setActionDetail(request, `${listed.id} for ${listed.scopes.join(', ')}: ${listed.name}`);
        response.setHeader('Location', `keys/${listed.id}`);
        sendJson(response, 201, JSON.stringify({ ...listed, key }));
      },
    },
    {
      methods: ['DELETE'],
      path: '/v1/keys/:id',
      errors: 'tinyobs',
      handle: async (_request, response, { id }) =>
        sendJson(response, 200, JSON.stringify(await keys.revoke(id))),
    },
    {
      methods: ['GET'],
      path: '/v1/whoami',
      errors: 'tinyobs',
      handle: (request, response) => {
        const { id, scopes } = keyOf(request) ?? { id: undefined, scopes: undefined };
        sendJson(response, 200, JSON.stringify({ keyRequired: keys.isInUse, id, scopes }));
      },
    },
  ];
}
