import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from '@tinyobs/sdk';
import { seededRandom } from './random.js';
import { createShopApp } from './shopApp.js';
import { startTraffic, type TrafficSummary } from './traffic.js';

export interface ShopOptions {
  /** Where the TinyObs server is. */
  readonly endpoint: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Time between two pushes of metrics. */
  readonly intervalMs: number;
  /** Decides what visitors do, what is slow and what fails. */
  readonly seed: number;
  /** Left out: nobody visits by itself. `rate` in requests a second. */
  readonly traffic?: { readonly rate: number; readonly durationMs?: number; readonly requests?: number };
  /** Hears, in a line, what goes wrong with the metrics. */
  readonly warn: (line: string) => void;
}

export interface RunningShop {
  readonly url: string;
  /** Resolves when bounded traffic has ended; with no traffic or no bound only when the shop is closed. */
  readonly trafficEnded: Promise<TrafficSummary | null>;
  /** Ends the traffic, then the server, then pushes the last metrics. */
  close(): Promise<void>;
}

/** Starts the shop, its metrics and its visitors. Rejects when it cannot listen. */
export async function startShop(options: ShopOptions): Promise<RunningShop> {
  const server = createServer();
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const obs = createClient({
    endpoint: options.endpoint,
    service: 'shop',
    intervalMs: options.intervalMs,
    onError: ({ code, message }) => options.warn(`${code}: ${message}`),
  });
  server.on('request', createShopApp(obs, seededRandom(options.seed)));
  const { port } = server.address() as AddressInfo;
  const url = `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`;
  const traffic =
    options.traffic && startTraffic({ ...options.traffic, url, random: seededRandom(options.seed + 1) });
  let signalClosed = () => {};
  const closed = new Promise<null>((resolve) => {
    signalClosed = () => resolve(null);
  });
  const shutDown = async () => {
    await traffic?.stop();
    await stopServer(server);
    await obs.close();
    signalClosed();
  };
  let closing: Promise<void> | undefined;
  return {
    url,
    trafficEnded: traffic?.finished ?? closed,
    close: () => {
      closing ??= shutDown();
      return closing;
    },
  };
}

/** Lets open requests finish; connections without one are closed at once. */
async function stopServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  await closed;
}
