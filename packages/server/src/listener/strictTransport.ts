import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Header } from '../http/securityHeaders.js';

const HEADERS: readonly Header[] = [['Strict-Transport-Security', 'max-age=31536000']];
const NONE: readonly Header[] = [];

/**
 * Tells browsers to come back by HTTPS only, on connections that have it. Not for `localhost`, since that holds for
 * all ports of a name: every other program that somebody develops there would be out of their browser's reach.
 */
export function strictTransport(socket: Duplex): readonly Header[] {
  if (!(socket instanceof TLSSocket)) return NONE;
  const { servername } = socket as TLSSocket & { readonly servername?: string | false | null };
  return /(^|\.)localhost$/i.test(servername || '') ? NONE : HEADERS;
}
