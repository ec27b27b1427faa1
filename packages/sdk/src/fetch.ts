import { HOSTS_MAX } from './constants.js';
import type { MetricSource, SentRequest } from './hosts/exchange.js';
import { type HostOptions, httpMetrics } from './hosts/httpMetrics.js';

export interface FetchOptions extends HostOptions {
  /** What sends the requests. Default: the `fetch` there is when `measureFetch` is called. */
  readonly fetch?: typeof fetch;
}

type Target = SentRequest['target'];

/** Stands for hosts past the limit, and for what is no URL. */
const OTHER: Target = { host: 'other', address: '_OTHER', port: undefined };

/**
 * A `fetch` that counts and times its requests by method, host and status, until the head of the response is there.
 * Paths are told nowhere. Hosts past the first 100 are one, `other`.
 */
export function measureFetch(client: MetricSource, options: FetchOptions = {}): typeof fetch {
  const metrics = httpMetrics(client, options).client();
  const send = options.fetch ?? fetch;
  const targets = new Map<string, Target>();
  return async (input, init) => {
    const startMs = performance.now();
    const request = { method: methodOf(input, init), target: targetOf(input, targets) };
    const done = (outcome: SentRequest['outcome']) =>
      metrics.done({ ...request, outcome, seconds: (performance.now() - startMs) / 1_000 });
    try {
      const response = await send(input, init);
      done(response.status);
      return response;
    } catch (error) {
      done(failureOf(error));
      throw error;
    }
  };
}

function methodOf(input: unknown, init: { readonly method?: unknown } | undefined): string {
  const method = init?.method ?? (input as { method?: unknown } | null | undefined)?.method;
  return typeof method === 'string' ? method.toUpperCase() : 'GET';
}

function targetOf(input: unknown, known: Map<string, Target>): Target {
  const url = urlOf(input);
  if (url === null) return OTHER;
  const found = known.get(url.origin);
  if (found !== undefined) return found;
  if (known.size >= HOSTS_MAX) return OTHER;
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const target = { host: url.host, address: url.hostname, port };
  known.set(url.origin, target);
  return target;
}

/** What `fetch` takes: a text, which in a page may be relative, a URL or a Request. */
function urlOf(input: unknown): URL | null {
  if (input instanceof URL) return input;
  const text = typeof input === 'string' ? input : (input as { url?: unknown } | null | undefined)?.url;
  const page = (globalThis as { location?: { href?: string } }).location?.href;
  return typeof text === 'string' && URL.canParse(text, page) ? new URL(text, page) : null;
}

function failureOf(error: unknown): SentRequest['outcome'] {
  const name = (error as { name?: unknown } | null | undefined)?.name;
  if (name === 'AbortError') return 'aborted';
  return name === 'TimeoutError' ? 'timeout' : 'error';
}
