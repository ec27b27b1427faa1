import type { Server } from 'node:https';
import type { Socket } from 'node:net';

/** First byte of a TLS connection: a record of its handshake. */
const TLS_HANDSHAKE = 0x16;

/**
 * Lets only TLS through to an HTTPS server that nobody listens to yet. `refuse` is given connections that begin
 * otherwise, such as those of clients that were told `http://`: Node itself would drop them without a word.
 */
export function requireTls(
  server: Server,
  { timeoutMs, refuse }: { readonly timeoutMs: number; readonly refuse: (socket: Socket) => void },
): void {
  const beginTls = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const giveUp = (): void => void socket.destroy();
    socket.on('error', giveUp);
    socket.setTimeout(timeoutMs, giveUp);
    socket.once('data', (start: Buffer) => {
      socket.setTimeout(0).off('timeout', giveUp);
      if (start[0] !== TLS_HANDSHAKE) {
        refuse(socket);
        return;
      }
      socket.pause();
      socket.unshift(start);
      for (const begin of beginTls) begin.call(server, socket);
    });
  });
}
