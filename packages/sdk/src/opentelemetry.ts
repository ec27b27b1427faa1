import { emitWarning } from 'node:process';
import { systemClock, withDeadline } from './clock.js';
import {
  CLOSE_TIMEOUT_MS_DEFAULT,
  FLUSH_TIMEOUT_MS_DEFAULT,
  QUEUE_SIZE_BYTES_MAX_DEFAULT,
  QUEUE_SIZE_BYTES_MAX_MAX,
} from './constants.js';
import { batches } from './delivery/batcher.js';
import { DeliveryQueue } from './delivery/deliveryQueue.js';
import { createHttpTransport } from './delivery/httpTransport.js';
import { connectStore } from './delivery/storeTransport.js';
import type { Transport } from './delivery/transport.js';
import { numberOption } from './options.js';
import type { ResourceMetrics } from './otel/metricData.js';
import { identityLabels, rowsOfResource } from './otel/rows.js';
import { type Problem, Reporter } from './reporter.js';
import type { Row } from './snapshot/rows.js';
import { type ClientOptions, connect } from './startClient.js';

export type { ResourceMetrics } from './otel/metricData.js';

/** Those of `createClient` that say where to, and how. */
export type ExporterOptions = Pick<
  ClientOptions,
  'endpoint' | 'store' | 'headers' | 'onError' | 'onDrop' | 'requestTimeoutMs' | 'queueSizeBytesMax'
>;

/** As `ExportResult` of OpenTelemetry; 0 is a success. */
export interface ExportResult {
  readonly code: 0 | 1;
  readonly error?: Error;
}

/** As OpenTelemetry numbers them. */
const SUCCESS = 0;
const FAILED = 1;
const CUMULATIVE = 1;

/**
 * A `PushMetricExporter` of OpenTelemetry that sends to a TinyObs server, for a `PeriodicExportingMetricReader`. Series
 * and names are those that the server makes of OTLP. What a server that is away has missed waits, and follows in order.
 */
export class TinyObsMetricExporter {
  readonly #reporter: Reporter;
  readonly #transport: Transport | undefined;
  readonly #queue: DeliveryQueue | undefined;
  /** Aborted when nothing is sent any more. */
  readonly #stop = new AbortController();
  #last: ResourceMetrics | undefined;
  #current: Promise<ExportResult> | undefined;
  #closing: Promise<void> | undefined;

  /** Never throws: what is wrong is told to `onError`, by default in a warning of the process. */
  constructor(options: ExporterOptions) {
    const warn = ({ code, message }: Problem) => emitWarning(message, { type: 'TinyObsWarning', code });
    const reporter = new Reporter({
      onError: options.onError ?? warn,
      onDrop: options.onDrop ?? (() => {}),
    });
    this.#reporter = reporter;
    this.#transport = connect(options, { host: { connect: createHttpTransport, connectStore }, reporter });
    if (this.#transport === undefined) return;
    const sizeBytesMax = numberOption(reporter, {
      name: 'queueSizeBytesMax',
      value: options.queueSizeBytesMax,
      otherwise: QUEUE_SIZE_BYTES_MAX_DEFAULT,
      min: 0,
      max: QUEUE_SIZE_BYTES_MAX_MAX,
    });
    this.#queue = new DeliveryQueue({
      transport: this.#transport,
      clock: systemClock,
      random: Math.random,
      reporter,
      sizeBytesMax,
    });
  }

  /** Sends metrics; one export at a time, as OpenTelemetry has it. */
  export(metrics: ResourceMetrics, callback: (result: ExportResult) => void): void {
    if (this.#closing !== undefined) callback(failure('the exporter is shut down'));
    else if (this.#current !== undefined) callback(failure('the export before is still under way'));
    else {
      this.#last = metrics;
      void this.#begin(metrics, rowsOfResource(metrics)).then(callback);
    }
  }

  /** Resolves when the export under way is over, or after 30 s. */
  async forceFlush(): Promise<void> {
    await this.#before(FLUSH_TIMEOUT_MS_DEFAULT, this.#current);
  }

  /** Marks the series of the last export stale, and lets go of the connection; takes 5 s at most. */
  shutdown(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  /** Cumulative, whatever the instrument: state that was not delivered is contained in the next. */
  selectAggregationTemporality(): typeof CUMULATIVE {
    return CUMULATIVE;
  }

  async #shutDown(): Promise<void> {
    this.#queue?.resume();
    await this.#before(CLOSE_TIMEOUT_MS_DEFAULT, this.#end());
    this.#stop.abort();
    await this.#queue?.close();
  }

  async #end(): Promise<void> {
    await this.#current;
    if (this.#last !== undefined) await this.#begin(this.#last, endsOf(this.#last));
  }

  #before(timeoutMs: number, work: Promise<unknown> | undefined): Promise<unknown> {
    const deadline = { timeoutMs, late: undefined, holdsProcess: true };
    return withDeadline<unknown>(systemClock, work ?? Promise.resolve(), deadline);
  }

  #begin(metrics: ResourceMetrics, rows: Iterable<Row>): Promise<ExportResult> {
    this.#current = this.#send(metrics, rows)
      .catch((cause: unknown) => failure(`the export failed: ${String(cause)}`))
      .finally(() => {
        this.#current = undefined;
      });
    return this.#current;
  }

  async #send(metrics: ResourceMetrics, rows: Iterable<Row>): Promise<ExportResult> {
    const [transport, queue] = [this.#transport, this.#queue];
    if (transport === undefined || queue === undefined)
      return failure('there is neither a store nor a usable endpoint');
    const signals = { stop: this.#stop.signal, waits: this.#stop.signal };
    let isAway = !(await queue.deliver(signals));
    for await (const batch of batches(rows, identityLabels(metrics), transport)) {
      await queue.add(batch, { rowsLeft: batch.rowCount, settle() {} });
      isAway ||= !(await queue.deliver(signals));
    }
    queue.trim();
    this.#reporter.takeDrops();
    return isAway ? failure('not all could be delivered; the samples wait') : { code: SUCCESS };
  }
}

/** The same series, ended. */
function* endsOf(metrics: ResourceMetrics): Generator<Row> {
  for (const row of rowsOfResource(metrics)) {
    yield { ...row, value: 'stale', timestampMs: Math.max(Date.now(), row.timestampMs + 1) };
  }
}

function failure(message: string): ExportResult {
  return { code: FAILED, error: new Error(message) };
}
