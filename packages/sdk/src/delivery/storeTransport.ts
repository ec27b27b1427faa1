import { cpuUsage } from 'node:process';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { STORE_BATCH_ROWS_MAX, STORE_BATCH_ROWS_MIN, STORE_WRITE_MS } from '../constants.js';
import type { Reporter } from '../reporter.js';
import type { Transport, TransportAnswer } from './transport.js';

/** A TinyObs in the same app, as far as a client needs it. */
export interface MetricStore {
  /** Takes a body of `POST /v1/ingest` and resolves with what that would answer. */
  write(body: Uint8Array): Promise<TransportAnswer>;
}

/** A transport that writes to a store rather than to an endpoint. */
export function connectStore(
  store: MetricStore,
  given: { endpoint: string | undefined; timeoutMs: number; reporter: Reporter },
): Transport {
  if (given.endpoint !== undefined) {
    const message = 'there is a store and an endpoint; the store is used';
    given.reporter.problem({ code: 'invalid_option', message }, 'endpoint');
  }
  return createStoreTransport(store, given.timeoutMs);
}

/** A transport that writes to a TinyObs in the same app, without HTTP. Compressing would be for nothing. */
export function createStoreTransport(store: MetricStore, timeoutMs: number): Transport {
  const encoder = new TextEncoder();
  let rowsMax = STORE_BATCH_ROWS_MIN;
  /** A quick batch lets the next be twice as large. What other processes do to this one is left out. */
  const learn = (rowCount: number, { user, system }: NodeJS.CpuUsage) => {
    const tookMs = Math.max(1, user + system) / 1_000;
    const rows = Math.min((rowCount * STORE_WRITE_MS) / tookMs, 2 * rowsMax, STORE_BATCH_ROWS_MAX);
    rowsMax = Math.max(Math.floor(rows), STORE_BATCH_ROWS_MIN);
  };
  return {
    format: 'json',
    get rowsMax() {
      return rowsMax;
    },
    pack: async (body) => encoder.encode(body),
    async send(packed, signal, rowCount) {
      // What was encoded has had its turn; writing is one of its own, after which it is the disk that is waited for.
      await nextTurn();
      const started = cpuUsage();
      const learned = nextTurn().then(() => learn(rowCount, cpuUsage(started)));
      const answer = await answerOf(store, packed, { signal, timeoutMs });
      await learned;
      return answer;
    },
    close() {},
  };
}

function answerOf(
  store: MetricStore,
  packed: Uint8Array,
  { signal, timeoutMs }: { signal: AbortSignal; timeoutMs: number },
): Promise<TransportAnswer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) throw signal.reason;
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    // Whatever an object is that was given as a store, what it throws is no more than a failed attempt.
    const written = (async () => store.write(packed))();
    written.finally(settle).then(resolve, reject);
  });
}
