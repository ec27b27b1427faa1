import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What a server that is pushed to does. */
export const STATES = ['well', 'hanging', 'resetting', 'answering 503'] as const;
export type State = (typeof STATES)[number];

export interface PushTarget {
  readonly url: string;
  /** Pushes that have come. */
  readonly pushes: number;
  close(): void;
}

/** A server that takes pushes, in this process and without a store, so that it costs the app no processor. */
export async function startPushTarget(state: State): Promise<PushTarget> {
  const sockets = new Set<Socket>();
  let pushes = 0;
  const answer: Readonly<Record<State, (response: ServerResponse) => void>> = {
    well: (response) => response.end('{}'),
    hanging: () => {},
    resetting: (response) => response.socket?.resetAndDestroy(),
    'answering 503': (response) => response.writeHead(503).end('{}'),
  };
  const server = createServer((request, response) => {
    pushes++;
    request.resume().once('end', () => answer[state](response));
  });
  server.on('connection', (socket) => sockets.add(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get pushes() {
      return pushes;
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
