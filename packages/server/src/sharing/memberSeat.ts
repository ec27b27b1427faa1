import { request as send } from 'node:http';
import type { ReloadReport } from '../config/reloader.js';
import type { ConfigInput } from '../config/schema.js';
import { Forwarder } from '../handover/forwarder.js';
import { post } from '../handover/post.js';
import { type Outcome, outcomeValue } from '../thread/calls.js';
import type { OwnerPlace } from './ownerPlace.js';
import { JOIN, type News, ownerAway, RELOAD, type Seat, type SeatParts, type Welcome } from './seat.js';

/** A reload may have to read files and ask an audit log; then it is not known what came of it, ms. */
const RELOAD_TIMEOUT_MS = 30_000;

export interface MemberParts extends SeatParts {
  /** Ends the connection to the owner, and the wait for its welcome. */
  readonly signal: AbortSignal;
}

/**
 * Makes this process a member, once the owner has opened the store.
 *
 * @returns undefined where nobody listens, or who did has given up
 */
export async function joinOwner({ socketPath }: OwnerPlace, parts: MemberParts): Promise<Seat | undefined> {
  const lifeline = new Lifeline(socketPath, parts);
  const welcome = await lifeline.welcome;
  if (!welcome) return undefined;
  const forwarder = new Forwarder({ socketPath, peer: lifeline });
  return {
    role: 'member',
    app: forwarder.app,
    ...welcome,
    write: (body) => forwarder.write(body),
    reload: (input) => reload(socketPath, input),
    ended: lifeline.ended,
    close: async () => forwarder.close(),
  };
}

/** A connection that lasts as long as the owner does. */
class Lifeline {
  /** Undefined when it ended before there was one. */
  readonly welcome: Promise<Welcome | undefined>;
  readonly ended: Promise<void>;
  readonly unreachable = ownerAway;
  #isEnded = false;

  constructor(socketPath: string, { signal, onConfigured }: MemberParts) {
    const request = send({ socketPath, path: JOIN, agent: false, signal });
    let end = (): void => undefined;
    this.ended = new Promise((resolve) => {
      end = resolve;
      // Whatever the error is, the connection closes.
      request.on('error', () => undefined).once('close', end);
    });
    void this.ended.then(() => {
      this.#isEnded = true;
    });
    const hear = (news: News): void => {
      if ('given' in news) {
        onConfigured(news.given);
      } else {
        // At once: nothing may be sent any more, by which the end of the connection is a promise to the owner.
        end();
        request.destroy();
      }
    };
    this.welcome = new Promise((resolve) => {
      void this.ended.then(() => resolve(undefined));
      request.once('response', (response) => {
        let isWelcome = true;
        onLines(response, (line) => {
          if (isWelcome) resolve(line as Welcome);
          else hear(line as News);
          isWelcome = false;
          // From here on it does not keep the process alive.
          request.socket?.unref();
        });
      });
      request.end();
    });
  }

  /** See `Peer`. */
  get failure() {
    return this.#isEnded ? ownerAway() : undefined;
  }
}

/** Calls back with each line of JSON. */
function onLines(stream: NodeJS.ReadableStream, take: (line: unknown) => void): void {
  let rest = '';
  stream.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(JSON.parse(line));
  });
  stream.on('error', () => undefined);
}

async function reload(socketPath: string, input: ConfigInput | undefined): Promise<ReloadReport> {
  const body = Buffer.from(JSON.stringify({ input }));
  const answer = await post({ socketPath, path: RELOAD, timeoutMs: RELOAD_TIMEOUT_MS }, body).catch(
    (cause) => {
      throw ownerAway(cause);
    },
  );
  return outcomeValue(JSON.parse(answer.body) as Outcome<ReloadReport>);
}
