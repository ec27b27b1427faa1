import type { QueryProgress } from '@tinyobs/promql';
import type { AddressOf } from '../access/clientAddress.js';
import { keyOf } from '../access/requestKey.js';
import { abortedWhenGone, type Request, type Response } from './exchange.js';
import { routeOf } from './observeRequest.js';
import type { QueryGate, Turn } from './queryGate.js';
import { requestIdOf, uniqueId } from './requestId.js';
import { SlowReads } from './slowReads.js';

/** A query, or another read of series, that a client waits for. */
export interface RunningRead {
  readonly id: string;
  /** The request's, as in its answer and in the log. */
  readonly requestId: string;
  /** Pattern of the path that was asked. */
  readonly route: string;
  /** The query, or the selectors of another read. */
  readonly text: string;
  /** Address of who asked. */
  readonly client: string;
  /** Id of the key they asked with, if with any. */
  readonly key: string | undefined;
  /** When it came, ms. */
  readonly sinceMs: number;
  /** `waiting` for its turn. */
  readonly state: 'waiting' | 'running';
  /** Samples that a query has read so far. */
  readonly progress: QueryProgress;
}

export interface RunningReadsOptions {
  readonly addressOf: AddressOf;
  readonly now: () => number;
}

/** What runs and waits at a gate: to be listed, and to be ended by its id. What is over is in `slow`, if it took long. */
export class RunningReads {
  readonly slow = new SlowReads();
  readonly #gate: QueryGate;
  readonly #options: RunningReadsOptions;
  readonly #reads = new Map<string, RunningRead & { readonly stop: AbortController }>();

  constructor(gate: QueryGate, options: RunningReadsOptions) {
    this.#gate = gate;
    this.#options = options;
  }

  /** Those that came first come first. */
  list(): RunningRead[] {
    return [...this.#reads.values()];
  }

  /** Ends a read, whose client is answered `query_canceled`; false when there is none of this id. */
  cancel(id: string): boolean {
    const read = this.#reads.get(id);
    read?.stop.abort();
    return read !== undefined;
  }

  /**
   * Runs `work` when its turn has come, until its client goes away or someone cancels it; it says in `progress` how
   * far it is.
   *
   * @throws TinyObsError as `QueryGate.run`
   */
  async run<T>(
    { response, text, timeoutMs }: { response: Response; text: string; timeoutMs: number },
    work: (turn: Turn, progress: QueryProgress) => Promise<T>,
  ): Promise<T> {
    const stop = abortedWhenGone(response);
    const id = uniqueId();
    const progress = { samplesRead: 0 };
    const request: Request = response.req;
    const read = {
      id,
      requestId: requestIdOf(response),
      route: routeOf(response),
      text,
      client: this.#options.addressOf(request),
      key: keyOf(request)?.id,
      sinceMs: this.#options.now(),
      state: 'waiting' as RunningRead['state'],
      progress,
      stop,
    };
    this.#reads.set(id, read);
    let error: unknown;
    try {
      return await this.#gate.run({ signal: stop.signal, timeoutMs }, (turn) => {
        read.state = 'running';
        return work(turn, progress);
      });
    } catch (thrown) {
      error = thrown;
      throw thrown;
    } finally {
      this.#reads.delete(id);
      this.slow.note(read, { endMs: this.#options.now(), error });
    }
  }
}
