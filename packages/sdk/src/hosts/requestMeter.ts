import { countWritten, type WritableResponse } from './countWritten.js';
import type { HttpMetrics, MetricSource } from './exchange.js';
import { type HostOptions, httpMetrics } from './httpMetrics.js';

/** What is read of a request; those of `node:http` have it. */
export interface MeasuredRequest {
  readonly method?: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Names and values in turns, of which Node makes `headers` when somebody asks for it first. */
  readonly rawHeaders?: readonly string[];
  /** Whether all of its body has arrived. */
  readonly complete?: boolean;
  readonly socket?: object | null;
}

/** What is read of a response; those of `node:http` have it. */
export interface MeasuredResponse extends WritableResponse {
  readonly statusCode: number;
  readonly headersSent: boolean;
  on(event: 'close', listener: () => void): unknown;
}

/**
 * Counts and times the requests of a server. A request is counted when its response closes: after the answer, or
 * when the client goes away.
 */
export class RequestMeter {
  readonly #client: MetricSource;
  readonly #metrics: ReturnType<HttpMetrics['server']>;

  constructor(client: MetricSource, options: HostOptions) {
    this.#client = client;
    this.#metrics = httpMetrics(client, options).server();
  }

  /**
   * Measures a request from now on, once for a client however many middlewares it passes; `routeOf` is asked for its
   * route at its end.
   */
  measure(request: MeasuredRequest, response: MeasuredResponse, routeOf: () => string | undefined): void {
    const written = countWritten(response, this.#client);
    if (!written) return;
    const startMs = performance.now();
    const { method } = request;
    const isEncrypted = (request.socket as { encrypted?: unknown } | null | undefined)?.encrypted === true;
    const scheme = isEncrypted ? 'https' : 'http';
    this.#metrics.arrived({ method, scheme });
    response.on('close', () => {
      const { statusCode, headersSent } = response;
      this.#metrics.done({
        method,
        scheme,
        route: routeOf(),
        status: headersSent ? statusCode : undefined,
        seconds: (performance.now() - startMs) / 1_000,
        requestBytes: bodyBytes(request),
        responseBytes: headersSent && hasBody(method, statusCode) ? written.bytes : 0,
      });
    });
  }
}

/** What `Content-Length` says, which is true only of a body that has arrived. */
function bodyBytes(request: MeasuredRequest): number | undefined {
  const length = headerOf(request, 'content-length');
  if (length === undefined) return headerOf(request, 'transfer-encoding') === undefined ? 0 : undefined;
  return request.complete === true ? Number(length) : undefined;
}

/** A header, for which no object of all is made where the request came over a connection. */
function headerOf(request: MeasuredRequest, name: string): string | string[] | undefined {
  const { rawHeaders = [] } = request;
  // Adapters of serverless platforms make requests up, and fill in the object only.
  if (rawHeaders.length === 0) return request.headers[name];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const given = rawHeaders[i];
    if (given.length === name.length && given.toLowerCase() === name) return rawHeaders[i + 1];
  }
  return undefined;
}

/** Whether what is written as the body is sent at all. */
function hasBody(method: string | undefined, status: number): boolean {
  return method !== 'HEAD' && status !== 204 && status !== 304;
}
