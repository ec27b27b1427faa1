import { TinyObsError } from '@tinyobs/model';
import type { Response } from '../http/exchange.js';
import { setSecurityHeaders } from '../http/securityHeaders.js';
import type { LastHeard } from '../ingest/lastHeard.js';

/** Most streams at once: each holds a connection. */
export const STREAMS_MAX = 256;

/** Longest a stream lasts, s: a key that was revoked in between does not open the next one. */
export const STREAM_SECONDS_MAX = 300;

/** How often it is looked whether samples were written: a stream says so no more often. */
const LOOK_MS = 1_000;

/** A stream that has nothing to say shows that it lives after so many looks. */
const LOOKS_PER_HEARTBEAT = 15;

const HEARTBEAT = ': alive\n\n';

export interface LiveStreamsOptions {
  readonly lastHeard: Pick<LastHeard, 'writes'>;
  readonly now: () => number;
}

/**
 * Tells clients that samples were written, by server-sent events: `samples` at the beginning and whenever there are
 * newer ones, with a time up to which all that was acknowledged can be read. One timer serves all streams, and runs
 * only while there are any; writes cost nothing more than a count. That they end with the server is the handler's work.
 */
export class LiveStreams {
  readonly #options: LiveStreamsOptions;
  readonly #streams = new Set<Response>();
  #timer: NodeJS.Timeout | undefined;
  #told = 0;
  #looks = 0;

  constructor(options: LiveStreamsOptions) {
    this.#options = options;
  }

  get open(): number {
    return this.#streams.size;
  }

  /**
   * Answers with a stream of at most `seconds`.
   *
   * @throws TinyObsError `live_overload`
   */
  start(response: Response, seconds: number): void {
    if (this.#streams.size >= STREAMS_MAX) {
      throw new TinyObsError(
        'live_overload',
        `${STREAMS_MAX} live streams are open; ask by queries for now`,
        {
          details: { limit: STREAMS_MAX },
        },
      );
    }
    response.statusCode = 200;
    setSecurityHeaders(response);
    response.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
    response.setHeader('Cache-Control', 'no-store');
    // Proxies of the nginx kind would keep events until a buffer is full.
    response.setHeader('X-Accel-Buffering', 'no');
    if (response.req.method === 'HEAD') {
      response.end();
      return;
    }
    const end = setTimeout(() => response.end(), seconds * 1000);
    end.unref();
    response.once('close', () => {
      clearTimeout(end);
      this.#remove(response);
    });
    this.#add(response);
    response.write(this.#event());
  }

  #add(response: Response): void {
    this.#streams.add(response);
    if (this.#timer) return;
    this.#told = this.#options.lastHeard.writes;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  #remove(response: Response): void {
    this.#streams.delete(response);
    if (this.#streams.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const { writes } = this.#options.lastHeard;
    this.#looks++;
    const isHeartbeat = this.#looks % LOOKS_PER_HEARTBEAT === 0;
    const isNews = writes !== this.#told;
    this.#told = writes;
    if (!isNews && !isHeartbeat) return;
    const text = isNews ? this.#event() : HEARTBEAT;
    for (const response of this.#streams) {
      if (response.writableLength === 0) response.write(text);
      // What waits says the same: it is enough, unless nobody takes it any more.
      else if (isHeartbeat) response.destroy();
    }
  }

  #event(): string {
    const data = { time: new Date(this.#options.now()).toISOString() };
    return `event: samples\ndata: ${JSON.stringify(data)}\n\n`;
  }
}
