import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Client } from '../client.js';

const compress = promisify(gzip);

/** Shorter bodies are sent as they are. */
const GZIP_FROM_CHARS = 1_024;

/**
 * Answers scrapes with the metrics of a client, in the format and encoding they ask for. A request handler of
 * `node:http` and Express: `app.get('/metrics', metricsHandler(client))`.
 */
export function metricsHandler(client: Client): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
      return;
    }
    answer(client, request, response).catch(() => {
      // Nothing was sent yet: compressing failed, for want of memory.
      response.writeHead(500).end();
    });
  };
}

async function answer(client: Client, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { contentType, body } = await client.expose({ accept: request.headers.accept });
  const headers = { 'content-type': contentType, vary: 'accept, accept-encoding' };
  if (body.length < GZIP_FROM_CHARS || !takesGzip(request.headers['accept-encoding'])) {
    response.writeHead(200, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
    return;
  }
  const bytes = await compress(body);
  response
    .writeHead(200, { ...headers, 'content-encoding': 'gzip', 'content-length': bytes.length })
    .end(bytes);
}

function takesGzip(acceptEncoding: string | string[] | undefined): boolean {
  return String(acceptEncoding ?? '')
    .split(',')
    .map((coding) => coding.toLowerCase().replaceAll(' ', ''))
    .some((coding) => /^gzip(;q=(?!0(\.0*)?$).*)?$/.test(coding));
}
