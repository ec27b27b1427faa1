import type { Client } from './client.js';
import { systemClock } from './clock.js';
import { REQUEST_TIMEOUT_MS_DEFAULT, TIMEOUT_MS_MAX } from './constants.js';
import type { Spool } from './delivery/spool.js';
import type { connectStore, MetricStore } from './delivery/storeTransport.js';
import type { Transport, TransportTarget } from './delivery/transport.js';
import type { LabelValue } from './labels.js';
import { numberOption } from './options.js';
import { type Drop, type Problem, Reporter } from './reporter.js';

export interface ClientOptions {
  // Behaviour
  /**
   * Base address of the server, with its base path if it has one: `http://127.0.0.1:8080/obs`. Left out, nothing is
   * pushed: the metrics are there for `expose()`.
   */
  readonly endpoint?: string;
  /** Takes the place of `endpoint`: where pushes go instead, and how. `headers` and `requestTimeoutMs` are its matter. */
  readonly transport?: Transport;
  /** A TinyObs of this app, as `createTinyObs` gives it, which is written to in place of an `endpoint`, in Node. */
  readonly store?: MetricStore;
  /** Name of the app: the label `job` of every series. */
  readonly service: string;
  /**
   * Label `instance` of every series: processes must differ, or their counts mix. Default `<host>:<pid>`, with
   * the slot in a cluster, and something random where there is neither.
   */
  readonly instance?: string;
  /** Labels that every series carries besides, such as a region. */
  readonly defaultLabels?: Readonly<Record<string, LabelValue>>;
  /** Sent with every request, for example `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Measure CPU, memory, event loop and garbage collection of the process, in Node. Default true. */
  readonly runtimeMetrics?: boolean;
  /**
   * Close when the process has nothing left to do, or at SIGTERM or SIGINT, in Node. Default true; without it what
   * was counted since the last push is lost unless `close()` is called.
   */
  readonly closeAtExit?: boolean;
  /** Keep batches on disk until they are delivered, over a restart or the death of the process, in Node. */
  readonly spool?: SpoolOptions;
  /** Hears of each kind of problem once. Default: a warning, of the process or in the console. */
  readonly onError?: (problem: Problem) => void;
  /** Hears at each flush how many samples were dropped since the last, by reason. */
  readonly onDrop?: (drop: Drop) => void;

  // Performance
  /** Time between two pushes in milliseconds, 100 to 3,600,000. Default 10,000; less means more samples stored. */
  readonly intervalMs?: number;
  /** For one attempt to send one batch. Default 10,000; a slow server needs more, retries come later then. */
  readonly requestTimeoutMs?: number;
  /**
   * Compressed bytes that may wait for a server that is away, the oldest of which go first. Default 4 MiB; 0 keeps
   * nothing but the counts themselves.
   */
  readonly queueSizeBytesMax?: number;
  /** Label sets one metric may have, 1 to 100,000. Default 2,000; further ones are counted together. */
  readonly seriesPerMetric?: number;
}

export interface SpoolOptions {
  /** Folder for the batches, made if need be. Processes may share it, on one host or several. */
  readonly dir: string;
  /**
   * What this process keeps there at most, in bytes, 1 MiB to 1 GiB; past it the oldest goes first. Default 64 MiB: two
   * days of a small app.
   */
  readonly sizeBytesMax?: number;
}

/** What is another in Node than elsewhere. */
export interface Host<Started extends Client> {
  /** What is started. */
  readonly Client: new (
    ...given: ConstructorParameters<typeof Client>
  ) => Started;
  /** A name that no other process of a service has. */
  readonly instance: () => string;
  /** Where problems are told that nobody listens to. */
  readonly warn: (problem: Problem) => void;
  readonly connect: (target: TransportTarget) => Transport;
  /** Left out where no TinyObs can be. */
  readonly connectStore?: typeof connectStore;
  /** @param given.format Of the transport's batches. */
  readonly openSpool?: (
    options: SpoolOptions,
    given: { reporter: Reporter; format: string },
  ) => Spool | undefined;
  /** Adds the metrics of the process; @returns a function that ends it. */
  readonly collectRuntime?: (client: Client) => () => void;
  /** Closes the client at the end of the process; @returns a function that ends it. */
  readonly closeAtExit?: (client: Client) => () => void;
}

/** Starts a client on a host. Never throws, whatever the options: a problem is told to `onError`. */
export function startClient<Started extends Client>(options: ClientOptions, host: Host<Started>): Started {
  const reporter = new Reporter({
    onError: options.onError ?? host.warn,
    onDrop: options.onDrop ?? (() => {}),
  });
  const transport = options.transport ?? connect(options, { host, reporter });
  const format = transport?.format ?? 'batch';
  const spool = transport && options.spool && host.openSpool?.(options.spool, { reporter, format });
  const atEnd: (() => void)[] = [];
  const client = new host.Client(
    { ...options, instance: options.instance ?? host.instance() },
    {
      clock: systemClock,
      random: Math.random,
      transport,
      spool,
      disconnect: () => {
        for (const end of atEnd) end();
      },
    },
    reporter,
  );
  if (host.collectRuntime !== undefined && (options.runtimeMetrics ?? true)) {
    atEnd.push(host.collectRuntime(client));
  }
  if (host.closeAtExit !== undefined && transport !== undefined && (options.closeAtExit ?? true)) {
    atEnd.push(host.closeAtExit(client));
  }
  return client;
}

/** The way to the server that the options name; undefined when they name none. */
export function connect(
  options: Pick<ClientOptions, 'endpoint' | 'store' | 'headers' | 'requestTimeoutMs'>,
  { host, reporter }: { host: Pick<Host<Client>, 'connect' | 'connectStore'>; reporter: Reporter },
): Transport | undefined {
  const { endpoint, store } = options;
  if (endpoint === undefined && store === undefined) return undefined;
  const timeoutMs = numberOption(reporter, {
    name: 'requestTimeoutMs',
    value: options.requestTimeoutMs,
    otherwise: REQUEST_TIMEOUT_MS_DEFAULT,
    min: 1,
    max: TIMEOUT_MS_MAX,
  });
  if (store !== undefined) return host.connectStore?.(store, { endpoint, timeoutMs, reporter });
  const url = ingestUrl(endpoint);
  if (url === null) {
    const message = 'endpoint is no http(s) URL; nothing is sent';
    reporter.problem({ code: 'invalid_endpoint', message });
    return undefined;
  }
  return host.connect({ url, headers: options.headers ?? {}, timeoutMs });
}

function ingestUrl(endpoint = ''): URL | null {
  if (!URL.canParse(endpoint)) return null;
  const url = new URL(endpoint);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/ingest`;
  return url;
}
