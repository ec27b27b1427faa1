import type { LiveConfig } from '../config/liveConfig.js';
import { jsonPieces } from '../http/jsonPieces.js';
import { streamJson } from '../http/respond.js';
import type { Route } from './route.js';

/** Every key of the configuration in force: its value, secrets hidden, and where it is written. */
export function configRoute({ live }: { readonly live: LiveConfig }): Route {
  return {
    methods: ['GET'],
    path: '/v1/config',
    errors: 'tinyobs',
    handle: (_request, response) => streamJson(response, jsonPieces({ status: 'ok', keys: live.list() })),
  };
}
