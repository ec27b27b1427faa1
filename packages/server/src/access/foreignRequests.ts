import { TinyObsError } from '@tinyobs/model';
import type { Config } from '../config/schema.js';
import { isEmbedPage } from '../http/embedPage.js';
import { pathOf, type Request } from '../http/exchange.js';

/** Names of this machine for itself. */
const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;

export interface KeylessGuard {
  /** Names beside those of the loopback that the server is called by; undefined takes any. */
  readonly hosts: readonly string[] | undefined;
  /** Origins that CORS allows. */
  readonly origins: readonly string[];
}

/** With `insecure` and no names given, people call the server by whatever name their network has for it. */
export function keylessGuard({ insecure, server }: Config): KeylessGuard {
  return {
    hosts: insecure && server.hosts.length === 0 ? undefined : server.hosts,
    origins: server.cors.origins,
  };
}

/**
 * Refuses what a page of another site makes a browser send to a server that asks nobody for a key: under a name
 * that was pointed here (DNS rebinding), or from that page's origin (forms, scripts, images).
 *
 * @throws TinyObsError `host_refused`, `origin_refused`
 */
export function refuseForeign(request: Request, { hosts, origins }: KeylessGuard): void {
  const { host = '', origin } = request.headers;
  const name = host.replace(/:\d*$/, '');
  if (hosts && !LOOPBACK.test(name) && !hosts.some((known) => known.toLowerCase() === name.toLowerCase())) {
    throw new TinyObsError(
      'host_refused',
      `requests to the host ${JSON.stringify(name)} are refused while nobody is asked for a key; ` +
        'ask 127.0.0.1 or localhost, or add the name to server.hosts',
    );
  }
  if (origin !== undefined) {
    if (!isSameOrigin(origin, host) && !origins.includes(origin) && !origins.includes('*')) {
      throw foreignOrigin(`the origin ${JSON.stringify(origin)}`);
    }
  } else if (request.headers['sec-fetch-site'] === 'cross-site' && !isVisit(request)) {
    throw foreignOrigin('another site');
  }
}

function isSameOrigin(origin: string, host: string): boolean {
  return origin === `http://${host}` || origin === `https://${host}`;
}

/**
 * Somebody follows a link to a page: nothing of ours is shown to the page the link is on. Neither is by a frame, of
 * which browsers ask the policy of our page whether that may have one.
 */
function isVisit(request: Request): boolean {
  const { method, headers, url = '/' } = request;
  if (method !== 'GET' || headers['sec-fetch-mode'] !== 'navigate') return false;
  if (headers['sec-fetch-dest'] === 'iframe') return isEmbedPage(pathOf(request));
  return headers['sec-fetch-dest'] === 'document' && !/^\/+(?:api|v1)\b/i.test(url);
}

function foreignOrigin(from: string): TinyObsError {
  return new TinyObsError(
    'origin_refused',
    `requests of pages of ${from} are refused; add the origin to server.cors.origins if its pages may ask`,
  );
}
