import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { Context, Span, SpanKind, TextMapGetter, TextMapSetter } from '@opentelemetry/api';
import type { ErrorCode } from '@tinyobs/model';
import { loggedPath } from '../http/loggedPath.js';
import { spanOf, type Tracing, tracing, withSpan } from './openTelemetry.js';
import { ERROR } from './spans.js';

/** The values of the API's enumeration, which is not loaded. */
const INTERNAL: SpanKind.INTERNAL = 0;
const SERVER: SpanKind.SERVER = 1;

export interface ArrivedRequest {
  /** `other` for what is no usual one. */
  readonly method: string;
  /** Below where we are mounted. */
  readonly url: string;
  readonly requestId: string;
  readonly headers: IncomingHttpHeaders;
}

export interface AnsweredRequest {
  /** Undefined when no route has it. */
  readonly route: string | undefined;
  /** Undefined when the client did not wait for its answer. */
  readonly status: number | undefined;
  readonly code: ErrorCode | undefined;
}

/**
 * The span of a request, from its arrival to the end of its answer. Within a span of the host it is a part of that;
 * else it is a server's, and belongs to the trace that the client names in `traceparent`.
 *
 * Source: https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
export class RequestSpan {
  readonly #span: Span;
  readonly #method: string;
  readonly #tracing: Tracing;
  readonly #context: Context;

  constructor({ method: given, url, requestId, headers }: ArrivedRequest, found: Tracing) {
    const { tracer, contexts, propagator } = found;
    const active = contexts.active();
    const around = spanOf(active);
    const isInner = around !== undefined && !around.spanContext().isRemote;
    const parent = isInner || !propagator ? active : propagator.extract(active, headers, HEADERS);
    const method = given === 'other' ? '_OTHER' : given;
    const attributes = {
      'http.request.method': method,
      'url.path': loggedPath(url),
      'tinyobs.request_id': requestId,
    };
    this.#span = tracer.startSpan(method, { kind: isInner ? INTERNAL : SERVER, attributes }, parent);
    this.#method = method;
    this.#tracing = found;
    this.#context = withSpan(parent, this.#span);
  }

  /** Does what belongs to the request. */
  run<T>(work: () => T): T {
    return this.#tracing.contexts.with(this.#context, work);
  }

  end({ route, status, code }: AnsweredRequest): void {
    const span = this.#span;
    if (route !== undefined) {
      span.updateName(`${this.#method} ${route}`);
      span.setAttribute('http.route', route);
    }
    if (status !== undefined) span.setAttribute('http.response.status_code', status);
    if (code !== undefined) span.setAttribute('error.type', code);
    // What the client did wrong is no failure of the server.
    if (status !== undefined && status >= 500) span.setStatus({ code: ERROR });
    span.end();
  }
}

/** Undefined without a provider. */
export function startRequestSpan(request: ArrivedRequest): RequestSpan | undefined {
  const found = tracing();
  return found && new RequestSpan(request, found);
}

/** Names the trace that we are in to whoever gets the headers. */
export function addTraceHeaders(headers: OutgoingHttpHeaders): void {
  const found = tracing();
  found?.propagator?.inject(found.contexts.active(), headers, SETTER);
}

const HEADERS: TextMapGetter<IncomingHttpHeaders> = {
  get: (headers, name) => headers[name],
  keys: (headers) => Object.keys(headers),
};

const SETTER: TextMapSetter<OutgoingHttpHeaders> = {
  set: (headers, name, value) => {
    headers[name] = value;
  },
};
