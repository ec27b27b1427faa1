import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A real HTTP server whose answer tests set. */
export class TestTarget {
  /** Answers requests; text by default. */
  answer: (response: ServerResponse, request: IncomingMessage) => void = (response) => {
    response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4' }).end(this.text);
  };
  text = '';
  readonly requests: IncomingMessage[] = [];
  readonly #server = createServer((request, response) => {
    this.requests.push(request);
    this.answer(response, request);
  });

  static async start(): Promise<TestTarget> {
    const target = new TestTarget();
    await new Promise<void>((resolve) => target.#server.listen(0, '127.0.0.1', resolve));
    return target;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}

/** Counts bytes without a bound, and tells what is held. */
export class OpenBudget {
  heldBytes = 0;

  take(sizeBytes: number): void {
    this.heldBytes += sizeBytes;
  }

  release(sizeBytes: number): void {
    this.heldBytes -= sizeBytes;
  }
}
