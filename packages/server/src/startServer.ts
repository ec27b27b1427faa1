import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TinyObsError } from '@tinyobs/model';
import { createTinyObs } from './createTinyObs.js';
import { configOf, type TinyObs, type TinyObsOptions } from './options.js';

/** Longest time a client may take to send a request, ms. */
const REQUEST_TIMEOUT_MS = 120_000;
const HEADERS_TIMEOUT_MS = 20_000;
/** Longer than clients push and scrape, which is a minute at most, so that they need not connect again. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;

export interface RunningServer {
  /** Address of the dashboard and API, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly obs: TinyObs;
  /** Stops accepting, lets requests under way end, flushes and closes the store. Idempotent. */
  close(): Promise<void>;
}

/**
 * `createTinyObs` behind an HTTP server of its own on `listen`.
 *
 * @throws TinyObsError `listen_failed`, and those of `createTinyObs`
 */
export async function startServer(options: TinyObsOptions = {}): Promise<RunningServer> {
  const config = configOf(options);
  const { host, port } = parseListen(config.listen);
  const obs = await createTinyObs({ instance: config.listen, ...options, refuseForeign: true });
  const server = createServer(
    {
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: HEADERS_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    },
    (request, response) => obs.handler(request, response),
  );
  try {
    requireProtection(host, obs);
    await listen(server, host, port);
  } catch (error) {
    await obs.close();
    throw error;
  }
  const bound = server.address() as AddressInfo;
  const hostText = host.includes(':') ? `[${host}]` : host;
  let closed: Promise<void> | undefined;
  return {
    url: `http://${hostText}:${bound.port}`,
    obs,
    close: () => {
      closed ??= closeServer(server, obs);
      return closed;
    },
  };
}

async function closeServer(server: Server, obs: TinyObs): Promise<void> {
  const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  await obs.close();
  server.closeAllConnections();
  await stopped;
}

function parseListen(text: string): { host: string; port: number } {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}

/** While nobody is asked for a key, other machines must not be able to reach the server by mistake. */
function requireProtection(host: string, { config, isKeyRequired }: TinyObs): void {
  if (config.insecure || isKeyRequired || host === 'localhost' || host === '::1' || /^127\./.test(host))
    return;
  throw new TinyObsError(
    'listen_failed',
    `refusing to listen on ${host}: other machines could read and write without a key. ` +
      'Set an admin key (TINYOBS_AUTH_ADMIN_KEY, at least 22 random characters), listen on 127.0.0.1, ' +
      'or add --insecure if everybody on the network is trusted',
    { details: { host } },
  );
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        new TinyObsError('listen_failed', listenAdvice(cause, host, port), {
          cause,
          details: { host, port },
        }),
      );
    });
    server.listen(port, host, resolve);
  });
}

function listenAdvice(cause: NodeJS.ErrnoException, host: string, port: number): string {
  switch (cause.code) {
    case 'EADDRINUSE':
      return `${host}:${port} is in use by another program; stop it, or choose another port with --listen ${host}:9090`;
    case 'EACCES':
      return `no permission to listen on ${host}:${port}; choose a port from 1024 on with --listen`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is not an address of this machine; use --listen 127.0.0.1:${port}`;
    default:
      return `cannot listen on ${host}:${port}: ${cause.message}`;
  }
}
