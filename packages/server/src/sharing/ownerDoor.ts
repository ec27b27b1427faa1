import { chmod, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { TinyObsError } from '@tinyobs/model';
import { socketServer } from '../handover/engineSocket.js';
import type { Response } from '../http/exchange.js';
import type { News } from './seat.js';

/** How long members may take to go; one that hangs gets 503, ms. */
const LEAVE_TIMEOUT_MS = 1_000;

/**
 * Where members come in, each by a connection that stays until one of the two ends: by that they know, at once and
 * whatever became of the other.
 */
export class OwnerDoor {
  readonly #server;
  readonly #members = new Set<Response>();
  #isClosing = false;
  #allGone: () => void = () => undefined;
  #admit: (listener: RequestListener) => void = () => undefined;

  constructor() {
    // Whoever comes before the store is open waits.
    const admitted = new Promise<RequestListener>((resolve) => {
      this.#admit = resolve;
    });
    this.#server = socketServer((request, response) => {
      void admitted.then((listener) => listener(request, response));
    });
    // Members do not keep the owner alive.
    this.#server.on('connection', (socket) => socket.unref()).unref();
  }

  /** Listens, in the place of an owner that is no more. Only for who has the claim. @throws TinyObsError `listen_failed` */
  async open(socketPath: string): Promise<void> {
    const isFile = process.platform !== 'win32';
    try {
      if (isFile) await rm(socketPath, { force: true });
      await new Promise<void>((resolve, reject) => {
        // Exclusive: a worker of `node:cluster` would have its primary listen, which goes on when the worker is gone.
        this.#server.once('error', reject).listen({ path: socketPath, exclusive: true }, resolve);
      });
      if (isFile) await chmod(socketPath, 0o600);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new TinyObsError(
        'listen_failed',
        `the data folder cannot be shared: no socket can be at ${socketPath} (${reason}); choose a folder on a disk of this machine`,
        { cause },
      );
    }
  }

  /** Answers requests from now on, those that have waited first. */
  admit(listener: RequestListener): void {
    this.#admit(listener);
  }

  /** Keeps the connection of a member, which is told what it has to know first. */
  welcome(member: Response, first: object): void {
    if (this.#isClosing) {
      member.end();
      return;
    }
    this.#members.add(member);
    member.once('close', () => {
      this.#members.delete(member);
      if (this.#members.size === 0) this.#allGone();
    });
    say(member, first);
  }

  /** Tells all members. */
  tell(news: News): void {
    for (const member of this.#members) say(member, news);
  }

  /**
   * Sends the members away and resolves when they have gone, so that what they had sent before is here; then lets
   * nobody in any more. Requests under way go on.
   */
  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#members.size > 0) {
      const gone = new Promise<void>((resolve) => {
        this.#allGone = resolve;
      });
      const enough = new AbortController();
      this.tell({ isLeaving: true });
      const late = wait(LEAVE_TIMEOUT_MS, undefined, { signal: enough.signal }).catch(() => undefined);
      await Promise.race([gone, late]);
      enough.abort();
    }
    this.#server.close();
  }

  /** Ends what is left. */
  cut(): void {
    this.#server.closeAllConnections();
  }
}

function say(member: Response, what: object): void {
  member.write(`${JSON.stringify(what)}\n`);
}
