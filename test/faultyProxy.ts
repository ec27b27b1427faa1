import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** What happens to a request on its way; `lost`: it is dealt with, and the answer never arrives. */
export type Fault =
  | { readonly status: number; readonly retryAfter?: string }
  | 'hang'
  | 'reset'
  | 'slow'
  | 'lost';

const SLOW_MS = 150;

/** Stands before a server, and does to requests what a test says. */
export interface FaultyProxy {
  readonly url: string;
  /** What happens to the next requests, one each; then they pass. */
  readonly faults: Fault[];
  close(): Promise<void>;
}

export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const faults: Fault[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((incoming, answer) => void pass(incoming, answer, faults.shift()));
  const pass = async (incoming: IncomingMessage, answer: ServerResponse, fault?: Fault): Promise<void> => {
    if (fault === 'hang') return;
    if (fault === 'reset') return void incoming.socket.resetAndDestroy();
    if (typeof fault === 'object') {
      incoming.resume();
      const headers = fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter };
      answer.writeHead(fault.status, headers).end();
      return;
    }
    if (fault === 'slow') await wait(SLOW_MS);
    const { method, headers } = incoming;
    const onward = request(`${target}${incoming.url}`, { method, headers }, (response) => {
      if (fault === 'lost') {
        response.resume().once('end', () => incoming.socket.destroy());
      } else {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
      }
    });
    onward.once('error', () => incoming.socket.destroy());
    incoming.pipe(onward);
  };
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults,
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
