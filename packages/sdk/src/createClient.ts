import { hostname } from 'node:os';
import { emitWarning, pid } from 'node:process';
import { Client } from './client.js';
import { systemClock } from './clock.js';
import { REQUEST_TIMEOUT_MS_DEFAULT, TIMEOUT_MS_MAX } from './constants.js';
import { createHttpTransport } from './httpTransport.js';
import type { LabelValue } from './labels.js';
import { numberOption } from './options.js';
import { type Drop, type Problem, Reporter } from './reporter.js';
import { collectRuntimeMetrics } from './runtimeMetrics.js';

export interface ClientOptions {
  // Behaviour
  /** Base address of the server, with its base path if it has one: `http://127.0.0.1:8080/obs`. */
  readonly endpoint: string;
  /** Name of the app: the label `job` of every series. */
  readonly service: string;
  /** Label `instance` of every series. Default `<host>:<pid>`: processes must differ, or their counts mix. */
  readonly instance?: string;
  /** Labels that every series carries besides, such as a region. */
  readonly defaultLabels?: Readonly<Record<string, LabelValue>>;
  /** Sent with every request, for example `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Push CPU, memory, event loop and garbage collection of the process. Default true. */
  readonly runtimeMetrics?: boolean;
  /** Hears of each kind of problem once. Default: `process.emitWarning`, which prints to stderr. */
  readonly onError?: (problem: Problem) => void;
  /** Hears at each flush how many samples were dropped since the last, by reason. */
  readonly onDrop?: (drop: Drop) => void;

  // Performance
  /** Time between two pushes in milliseconds, 100 to 3,600,000. Default 10,000; less means more samples stored. */
  readonly intervalMs?: number;
  /** For one attempt to send one batch. Default 10,000; a slow server needs more, retries come later then. */
  readonly requestTimeoutMs?: number;
  /** Label sets one metric may have, 1 to 100,000. Default 2,000; further ones are dropped and counted. */
  readonly seriesPerMetric?: number;
}

/**
 * Starts a client that pushes its metrics to a TinyObs server. Never throws, whatever the options: a problem is
 * told to `onError`. Timers and connections do not keep the process alive; call `close()` before it ends.
 */
export function createClient(options: ClientOptions): Client {
  const reporter = new Reporter({ onError: options.onError ?? warn, onDrop: options.onDrop ?? (() => {}) });
  const transport = connect(options, reporter);
  const atEnd: (() => void)[] = [];
  if (transport !== null) atEnd.push(transport.close);
  const client = new Client(
    { ...options, instance: options.instance ?? `${hostname()}:${pid}` },
    {
      clock: systemClock,
      random: Math.random,
      send: transport?.send,
      disconnect: () => {
        for (const end of atEnd) end();
      },
    },
    reporter,
  );
  if (options.runtimeMetrics ?? true) atEnd.push(collectRuntimeMetrics(client));
  return client;
}

function connect(options: ClientOptions, reporter: Reporter): ReturnType<typeof createHttpTransport> | null {
  const url = ingestUrl(options.endpoint);
  if (url === null) {
    const message = 'endpoint is not an http or https URL; nothing is sent';
    reporter.problem({ code: 'invalid_endpoint', message });
    return null;
  }
  const timeoutMs = numberOption(reporter, {
    name: 'requestTimeoutMs',
    value: options.requestTimeoutMs,
    otherwise: REQUEST_TIMEOUT_MS_DEFAULT,
    min: 1,
    max: TIMEOUT_MS_MAX,
  });
  return createHttpTransport({ url, headers: options.headers ?? {}, timeoutMs });
}

function ingestUrl(endpoint: string): URL | null {
  if (!URL.canParse(endpoint)) return null;
  const url = new URL(endpoint);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/ingest`;
  return url;
}

function warn(problem: Problem): void {
  emitWarning(problem.message, { type: 'TinyObsWarning', code: problem.code });
}
