import type { Client } from '../client.js';

/** What the instrumentation of hosts needs of a client. */
export type MetricSource = Pick<Client, 'counter' | 'gauge' | 'histogram'>;

export interface Arrival {
  /** As it was sent, so anything. */
  readonly method: string | undefined;
  readonly scheme: 'http' | 'https';
}

/** A request that a server is done with. */
export interface Exchange extends Arrival {
  /** The pattern of the route that took it, undefined when none did. */
  readonly route: string | undefined;
  /** Undefined when the client went away before there was an answer. */
  readonly status: number | undefined;
  readonly seconds: number;
  /** Of the body; undefined when it did not arrive whole, or without saying how long it is. */
  readonly requestBytes: number | undefined;
  /** Of the body, as far as it was written. */
  readonly responseBytes: number;
}

/** A request that was sent elsewhere. */
export interface SentRequest {
  readonly method: string | undefined;
  /** One of a bounded set; `host` has the port where it is not the scheme's own. */
  readonly target: { readonly host: string; readonly address: string; readonly port: number | undefined };
  /** The status of the answer, or in a word why there was none. */
  readonly outcome: number | 'aborted' | 'timeout' | 'error';
  readonly seconds: number;
}

/** The metrics of HTTP under the names of a convention. Each is registered when it is first needed. */
export interface HttpMetrics {
  readonly server: () => {
    arrived(arrival: Arrival): void;
    done(exchange: Exchange): void;
  };
  readonly client: () => { done(request: SentRequest): void };
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']);

/** The method if it is one of HTTP's own, else `otherwise`: clients may send any word. */
export function knownMethod(method: string | undefined, otherwise: string): string {
  return method !== undefined && METHODS.has(method) ? method : otherwise;
}
