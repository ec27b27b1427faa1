import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { urlToHttpOptions } from 'node:url';
import { TinyObsError } from '@tinyobs/model';
import type { HttpClientConfig } from '../config/httpClientKeys.js';
import { IDLE_CONNECTIONS_MAX, REDIRECTS_MAX } from '../limits.js';
import type { AddressGuard } from './addressGuard.js';
import { authorizationOf, tlsOptionsOf } from './credentials.js';
import { type BodyLimit, type HeldBody, readBody, readStart } from './readBody.js';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export interface GetOptions extends BodyLimit {
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What a request is sent with, and for how long. */
export interface PostOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** An answer of any status. */
export interface PostAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The beginning of its body. */
  readonly text: string;
}

/** An answer of status 200. */
export interface Answer {
  readonly contentType: string;
  readonly body: HeldBody;
}

/** Sends requests as a configuration says, over connections that it keeps, to addresses that its guard lets it. */
export class HttpClient {
  readonly #config: HttpClientConfig;
  readonly #guard: AddressGuard;
  readonly #agents = {
    'http:': new HttpAgent({ keepAlive: true, maxFreeSockets: IDLE_CONNECTIONS_MAX }),
    'https:': new HttpsAgent({ keepAlive: true, maxFreeSockets: IDLE_CONNECTIONS_MAX }),
  };

  constructor(config: HttpClientConfig, guard: AddressGuard) {
    this.#config = config;
    this.#guard = guard;
  }

  /**
   * @throws TinyObsError `scrape_address_refused`, `scrape_credentials`, `scrape_unreachable`, `scrape_timeout`,
   * `scrape_status`, `scrape_limit`, `scrape_malformed`, `store_busy`
   */
  async get(url: string, options: GetOptions): Promise<Answer> {
    const deadline = new Deadline(options);
    try {
      const response = await this.#follow(new URL(url), options.headers, deadline);
      const { statusCode, statusMessage } = response;
      if (statusCode !== 200) {
        response.destroy();
        const status = `${statusCode} ${statusMessage}`.trim();
        throw new TinyObsError('scrape_status', `server returned HTTP status ${status}`);
      }
      const body = await readBody(response, options);
      return { contentType: response.headers['content-type'] ?? '', body };
    } catch (error) {
      throw deadline.isPast ? tooSlow(options.timeoutMs) : failureOf(error);
    } finally {
      deadline.clear();
    }
  }

  /**
   * Sends a body and waits for the answer, whatever that is; redirects are not followed.
   *
   * @throws TinyObsError `scrape_address_refused`, `scrape_credentials`, `scrape_unreachable`, `scrape_timeout`,
   * `scrape_malformed`
   */
  async post(url: string, body: Uint8Array, options: PostOptions): Promise<PostAnswer> {
    const deadline = new Deadline(options);
    try {
      const authorization = await authorizationOf(this.#config);
      const headers = { ...options.headers, 'Content-Length': String(body.length) };
      const own = authorization === undefined ? headers : { ...headers, authorization };
      const response = await this.#send(new URL(url), own, deadline, body);
      const { statusCode = 0, headers: answered } = response;
      return { status: statusCode, retryAfter: answered['retry-after'], text: await readStart(response) };
    } catch (error) {
      throw deadline.isPast ? tooSlow(options.timeoutMs) : failureOf(error);
    } finally {
      deadline.clear();
    }
  }

  /** Ends idle connections; those in use end with their request. */
  close(): void {
    for (const agent of Object.values(this.#agents)) {
      agent.maxFreeSockets = 0;
      for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
    }
  }

  /** The answer behind all redirects, each of which is checked as the first address is. */
  async #follow(first: URL, headers: GetOptions['headers'], deadline: Deadline): Promise<IncomingMessage> {
    const authorization = await authorizationOf(this.#config);
    let url = first;
    for (let redirects = 0; ; redirects++) {
      // Whoever is redirected to does not get what is for the first.
      const isFirst = url.origin === first.origin;
      const own = authorization !== undefined && isFirst ? { ...headers, authorization } : headers;
      const response = await this.#send(url, own, deadline);
      const { location } = response.headers;
      const isRedirect = REDIRECTS.has(response.statusCode ?? 0) && location !== undefined;
      if (!isRedirect || !this.#config.followRedirects) return response;
      response.destroy();
      if (redirects === REDIRECTS_MAX) {
        throw new TinyObsError('scrape_status', `stopped after ${REDIRECTS_MAX} redirects`);
      }
      if (!URL.canParse(location, url.href)) {
        throw new TinyObsError('scrape_status', 'the answer is a redirect to what is no URL');
      }
      url = new URL(location, url);
    }
  }

  /** A GET, or a POST of a body. */
  async #send(
    url: URL,
    headers: GetOptions['headers'],
    deadline: Deadline,
    body?: Uint8Array,
  ): Promise<IncomingMessage> {
    this.#guard.checkUrl(url);
    const tls = url.protocol === 'https:' ? await tlsOptionsOf(this.#config) : {};
    const send = (): Promise<IncomingMessage> =>
      new Promise((resolve, reject) => {
        const begin = url.protocol === 'https:' ? httpsRequest : httpRequest;
        const { lookup } = this.#guard;
        const agent = this.#agents[url.protocol as 'http:' | 'https:'];
        const method = body === undefined ? 'GET' : 'POST';
        const request = begin({ ...urlToHttpOptions(url), ...tls, method, agent, headers, lookup });
        request.once('response', resolve);
        request.once('error', (error: NodeJS.ErrnoException) => {
          // The target may have closed a connection at the moment it was used again.
          if (request.reusedSocket && error.code === 'ECONNRESET' && !deadline.isOver) resolve(send());
          else reject(error);
        });
        request.end(body);
        deadline.watch(request);
      });
    return send();
  }
}

/** Ends the request at hand when the time is over, or a signal aborts: a signal of its own for each would cost more. */
class Deadline {
  isPast = false;
  readonly #outer: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  #request: ClientRequest | undefined;

  constructor({ timeoutMs, signal }: Pick<GetOptions, 'timeoutMs' | 'signal'>) {
    this.#outer = signal;
    this.#timer = setTimeout(() => {
      this.isPast = true;
      this.#end();
    }, timeoutMs).unref();
    signal.addEventListener('abort', this.#end);
  }

  get isOver(): boolean {
    return this.isPast || this.#outer.aborted;
  }

  /** Ends this request, too, and at once if it is over. */
  watch(request: ClientRequest): void {
    this.#request = request;
    if (this.isOver) this.#end();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener('abort', this.#end);
  }

  readonly #end = (): void => void this.#request?.destroy(new Error('the request was ended'));
}

function tooSlow(timeoutMs: number): TinyObsError {
  return new TinyObsError('scrape_timeout', `no whole answer within ${timeoutMs / 1000} s`);
}

function failureOf(error: unknown): TinyObsError {
  if (error instanceof TinyObsError) return error;
  const { code = '' } = error as NodeJS.ErrnoException;
  const reason = reasonOf(error);
  // zlib says what is wrong with compressed bytes, the HTTP parser what is wrong with the head of an answer.
  const isMalformed = code.startsWith('Z_') || code.startsWith('HPE_');
  return new TinyObsError(isMalformed ? 'scrape_malformed' : 'scrape_unreachable', reason, { cause: error });
}

/** Of an attempt at several addresses, all that went wrong. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
