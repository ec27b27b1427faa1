import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TinyObsError } from '@tinyobs/model';
import { ERROR_TABLE } from '../http/errorTable.js';
import { errorBody } from '../http/respond.js';
import { SECURITY_HEADERS } from '../http/securityHeaders.js';
import { strictTransport } from './strictTransport.js';

/** How long a client has to read the last answer on a connection and to close it itself, ms. */
const LINGER_MS = 1000;

/**
 * Answers with an error where there is no response to answer with, and closes the connection. It stays open for a
 * moment: closed while bytes of the client are unread, it would be reset, and the answer lost.
 *
 * @param received What was read of the request last: an answer to HEAD has no body.
 */
export function closeWithError(socket: Duplex, error: TinyObsError, received?: Uint8Array): void {
  const { head, body } = answerText(socket, error);
  socket.end(isHead(received) ? head : head + body);
  const linger = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('close', () => clearTimeout(linger));
  socket.resume();
}

function isHead(received: Uint8Array | undefined): boolean {
  return received !== undefined && /^\s*HEAD /.test(Buffer.from(received.subarray(0, 16)).toString('latin1'));
}

function answerText(socket: Duplex, error: TinyObsError): { head: string; body: string } {
  const { status } = ERROR_TABLE[error.code];
  const body = JSON.stringify(errorBody(error, 'tinyobs'));
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...[...SECURITY_HEADERS, ...strictTransport(socket)].map(([name, value]) => `${name}: ${value}`),
    'Cache-Control: no-store',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Date: ${new Date().toUTCString()}`,
    'Connection: close',
  ];
  return { head: `${lines.join('\r\n')}\r\n\r\n`, body };
}
