import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TinyObsError } from '@tinyobs/model';
import type { Config } from './config/schema.js';
import { startBehind } from './createTinyObs.js';
import { Listener } from './listener/listener.js';
import { parseAddress } from './listener/parseAddress.js';
import { createLog, type Log } from './log.js';
import { configOf, type TinyObs, type TinyObsOptions } from './options.js';
import { flushSpans } from './tracing/openTelemetry.js';

export interface RunningServer {
  /** Address of the dashboard and API, such as `http://127.0.0.1:8080`, or `https://…` with a certificate. */
  readonly url: string;
  readonly obs: TinyObs;
  /** Stops accepting, lets requests under way end, flushes and closes the store. Idempotent. */
  close(): Promise<void>;
}

/**
 * `createTinyObs` behind an HTTP or HTTPS server of its own on `listen`.
 *
 * @throws TinyObsError `listen_failed`, `config_invalid` for a certificate that cannot be used, and those of `createTinyObs`
 */
export async function startServer(options: TinyObsOptions = {}): Promise<RunningServer> {
  const config = configOf(options);
  const { host, port } = parseAddress(config.listen);
  const log = options.logger ?? createLog(config.log.level);
  const listener = new Listener(config.server, log);
  const follow = (next: Config): void => {
    if (!options.logger) log.level = next.log.level;
  };
  let obs: TinyObs | undefined;
  try {
    const link = { figures: listener.figures, follow };
    obs = await startBehind(link, { instance: config.listen, ...options, refuseForeign: true });
    requireProtection(host, obs, log);
    listener.serve(obs.handler);
    await listen(listener.server, host, port);
  } catch (error) {
    await closeServer(listener, obs);
    throw error;
  }
  const bound = listener.server.address() as AddressInfo;
  const hostText = host.includes(':') ? `[${host}]` : host;
  let closed: Promise<void> | undefined;
  return {
    url: `${listener.scheme}://${hostText}:${bound.port}`,
    obs,
    close: () => {
      closed ??= closeServer(listener, obs);
      return closed;
    },
  };
}

async function closeServer(listener: Listener, obs: TinyObs | undefined): Promise<void> {
  const stopped = listener.stop();
  await obs?.close();
  listener.cut();
  await stopped;
  await flushSpans();
}

/**
 * While nobody is asked for a key, other machines must not be able to reach the server by mistake; where that is
 * wanted, it is said at every start.
 */
function requireProtection(host: string, { config, isKeyRequired }: TinyObs, log: Log): void {
  if (isKeyRequired || host === 'localhost' || host === '::1' || /^127\./.test(host)) return;
  if (config.insecure) {
    log.warn(`insecure: whoever reaches ${host} can read, write and delete without a key`);
    return;
  }
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
