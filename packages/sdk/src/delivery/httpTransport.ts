import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { HttpPost } from './httpPost.js';
import type { Transport, TransportTarget } from './transport.js';

/** The time of the app is worth more than the last bytes. Compresses on another thread. */
const compress = (body: string) => promisify(gzip)(body, { level: constants.Z_BEST_SPEED });

const HEADERS = { 'content-type': 'application/json', 'content-encoding': 'gzip' };

/** A transport to the ingest route of a server. */
export function createHttpTransport(target: TransportTarget): Transport {
  const post = new HttpPost(target);
  return {
    format: 'json.gz',
    pack: compress,
    send: (packed, signal) => post.send(packed, { headers: HEADERS, signal }),
    close: () => post.close(),
  };
}
