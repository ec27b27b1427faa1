import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { StatsdAggregator, StatsdReport } from '@tinyobs/formats';
import { TinyObsError } from '@tinyobs/model';
import { refusalAdvice } from '../ingest/advice.js';
import { metricNameOf } from '../ingest/metricName.js';
import { countRefusals, type WriteContext, writeSamples } from '../ingest/writeSamples.js';
import type { StatsdMetrics } from '../selfMonitoring/statsdMetrics.js';
import { inSpan } from '../tracing/spans.js';

const PROTOCOL = 'statsd';

/** What the system keeps of packets while this thread does something else; it drops what is more. */
const RECEIVE_BUFFER_BYTES = 4 * 2 ** 20;

export interface StatsdListenerOptions {
  readonly host: string;
  readonly port: number;
  readonly intervalMs: number;
  readonly aggregator: StatsdAggregator;
  readonly context: WriteContext;
  readonly metrics: StatsdMetrics;
  readonly onFailure: (error: unknown) => void;
}

/** Takes packets of StatsD, and writes what they add up to at an interval and when it is closed. */
export class StatsdListener {
  readonly #options: StatsdListenerOptions;
  readonly #socket: Socket;
  #timer: NodeJS.Timeout | undefined;
  #packets = 0;
  #flushedMs: number;
  #flushing: Promise<void> | undefined;

  private constructor(options: StatsdListenerOptions) {
    this.#options = options;
    this.#flushedMs = options.context.now();
    const type = isIPv6(options.host) ? 'udp6' : 'udp4';
    this.#socket = createSocket({ type, recvBufferSize: RECEIVE_BUFFER_BYTES });
    this.#socket.on('message', (packet) => {
      this.#packets++;
      options.aggregator.add(packet);
    });
  }

  /** @throws TinyObsError `listen_failed` */
  static async bind(options: StatsdListenerOptions): Promise<StatsdListener> {
    const listener = new StatsdListener(options);
    const { host, port, intervalMs, onFailure } = options;
    const socket = listener.#socket;
    await new Promise<void>((resolve, reject) => {
      socket.once('error', (cause) => {
        socket.close();
        reject(
          new TinyObsError('listen_failed', `cannot take StatsD on UDP ${host}:${port}: ${cause.message}`, {
            cause,
            details: { host, port },
          }),
        );
      });
      socket.bind(port, host, resolve);
    });
    socket.removeAllListeners('error');
    socket.on('error', onFailure);
    listener.#timer = setInterval(() => listener.#tick(), intervalMs).unref();
    return listener;
  }

  /** Where packets are taken. */
  get address(): { readonly address: string; readonly port: number } {
    return this.#socket.address();
  }

  /** Takes no more, and writes what came. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await new Promise<void>((resolve) => this.#socket.close(resolve));
    await this.#flushing;
    this.#tick();
    await this.#flushing;
  }

  /** A store that is slow gets all of it at the next interval, never two writes at a time. */
  #tick(): void {
    this.#flushing ??= inSpan('tinyobs.statsd', () => this.#flush(), { root: true })
      .catch(this.#options.onFailure)
      .finally(() => {
        this.#flushing = undefined;
      });
  }

  async #flush(): Promise<void> {
    const { aggregator, context } = this.#options;
    this.#countReceived(aggregator.takeReport());
    const span = { sinceMs: this.#flushedMs, timeMs: context.now() };
    this.#flushedMs = span.timeMs;
    for (const batch of aggregator.flush(span)) {
      const { refusals } = await writeSamples(batch, { protocol: PROTOCOL }, context);
      if (refusals.codes.length === 0) continue;
      const { store, limits, lastHeard } = context;
      const [code] = refusals.codes;
      const about = { limits, activeSeries: store.stats().activeSeries, key: undefined };
      const message = refusalAdvice(code, metricNameOf(batch, refusals.series[0], store), about);
      lastHeard.noteProblem(PROTOCOL, { code, message, place: {} });
    }
  }

  /** Each packet counts as a request, a line that is refused as a sample. */
  #countReceived({ rows, refused, refusedByCode, skipped }: StatsdReport): void {
    const { context, metrics } = this.#options;
    if (this.#packets > 0) {
      context.metrics.ingestRequests.inc({ protocol: PROTOCOL }, this.#packets);
      context.lastHeard.noteRequest(PROTOCOL);
    }
    this.#packets = 0;
    metrics.lines.inc(rows);
    for (const kind of ['event', 'service_check'] as const) metrics.skipped.inc({ kind }, skipped[kind]);
    countRefusals(refusedByCode, PROTOCOL, context.metrics);
    if (refused.length === 0) return;
    const [{ code, message }] = refused;
    context.lastHeard.noteProblem(PROTOCOL, { code, message, place: {} });
  }
}
