import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection on which a test says what it likes. */
export interface RawConnection {
  readonly socket: Socket;
  /** All that came so far. */
  received(): string;
  /** All that came, once the server has closed the connection. */
  readonly closed: Promise<string>;
}

/** @param url Of the server; bytes go there as they are, whatever its scheme. */
export function openConnection(url: string, text = ''): RawConnection {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  let received = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    received += chunk;
  });
  // A server that cuts a connection may reset it.
  socket.on('error', () => undefined);
  socket.once('end', () => socket.end());
  if (text !== '') socket.write(text);
  return { socket, received: () => received, closed: once(socket, 'close').then(() => received) };
}

export interface RawAnswer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The answers in what came, whose bodies are as long as their headers say. */
export function answersIn(received: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  for (let at = 0; at < received.length; ) {
    const headEnd = received.indexOf('\r\n\r\n', at);
    const [line, ...fields] = received.slice(at, headEnd).split('\r\n');
    const headers = Object.fromEntries(
      fields.map((field) => [
        field.slice(0, field.indexOf(':')).toLowerCase(),
        field.slice(field.indexOf(':') + 1).trim(),
      ]),
    );
    const bodyAt = headEnd + 4;
    at = bodyAt + Number(headers['content-length'] ?? 0);
    answers.push({ status: Number(line.split(' ')[1]), headers, body: received.slice(bodyAt, at) });
  }
  return answers;
}

/** Sends the text, and gives the answers that came until the server closed the connection. */
export async function exchange(url: string, text: string): Promise<RawAnswer[]> {
  return answersIn(await openConnection(url, text).closed);
}
