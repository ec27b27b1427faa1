import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface ReceivedRow {
  name: string;
  type: string;
  help?: string;
  unit?: string;
  value: number | string;
  labels: Record<string, string>;
  timestamp: number;
}

export interface ReceivedPush {
  method: string;
  path: string;
  headers: Record<string, string | string[] | undefined>;
  rows: ReceivedRow[];
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** Decides about a push; 'hang' never answers, 'cut' closes the connection. Default: everything is stored. */
export type Script = (push: ReceivedPush, index: number) => Answer | 'hang' | 'cut' | undefined;

/** A real HTTP server with the ingest route's contract, scripted by the test. */
export class FakeBackend {
  readonly pushes: ReceivedPush[] = [];
  readonly sockets = new Set<Socket>();
  /** The most requests that were being answered at one time. */
  concurrencyMax = 0;
  script: Script = () => undefined;
  #open = 0;
  readonly #server: Server;
  readonly #waiting: { count: number; resolve: () => void }[] = [];

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#open++;
      this.concurrencyMax = Math.max(this.concurrencyMax, this.#open);
      response.once('close', () => this.#open--);
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url: path = '', headers } = request;
        const bytes = Buffer.concat(chunks);
        const text = (headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
        const { metrics } = JSON.parse(text) as { metrics: ReceivedRow[] };
        const push = { method, path, headers, rows: metrics };
        const verdict = this.script(push, this.pushes.length);
        this.pushes.push(push);
        if (verdict === 'cut') request.socket.destroy();
        else if (verdict !== 'hang') {
          const stored = { status: 'ok', count: metrics.length, message: '' };
          response.writeHead(verdict?.status ?? 200, {
            'content-type': 'application/json',
            ...verdict?.headers,
          });
          response.end(JSON.stringify(verdict === undefined ? stored : (verdict.body ?? {})));
        }
        this.#wake();
      });
    });
    // Only the client ends a connection.
    this.#server.keepAliveTimeout = 0;
    this.#server.on('connection', (socket) => this.sockets.add(socket));
  }

  static async start(port = 0): Promise<FakeBackend> {
    const backend = new FakeBackend();
    backend.#server.listen(port, '127.0.0.1');
    await once(backend.#server, 'listening');
    return backend;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Resolves when so many pushes have arrived in all. */
  received(count: number): Promise<void> {
    if (this.pushes.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }

  /** The rows of one metric in one push, without zero samples, which are older than the push. */
  rowsOf(name: string, push = this.pushes.length - 1): ReceivedRow[] {
    const timeMs = this.timeOf(push);
    return this.pushes[push].rows.filter((row) => row.name === name && row.timestamp === timeMs);
  }

  /** The zero samples of one metric in one push. */
  zerosOf(name: string, push = this.pushes.length - 1): ReceivedRow[] {
    const timeMs = this.timeOf(push);
    return this.pushes[push].rows.filter((row) => row.name === name && row.timestamp < timeMs);
  }

  /** The timestamp of a push. */
  timeOf(push: number): number {
    return Math.max(...this.pushes[push].rows.map((row) => row.timestamp));
  }

  async stop(): Promise<void> {
    this.#server.close();
    for (const socket of this.sockets) socket.destroy();
    if (this.#server.listening) await once(this.#server, 'close');
  }

  #wake(): void {
    for (const waiting of this.#waiting) if (this.pushes.length >= waiting.count) waiting.resolve();
  }
}
