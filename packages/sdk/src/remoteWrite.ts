import { REQUEST_TIMEOUT_MS_DEFAULT } from './constants.js';
import { HttpPost } from './delivery/httpPost.js';
import type { Transport, TransportAnswer } from './delivery/transport.js';
import { compressSnappy } from './remoteWrite/snappy.js';
import { encodeWriteRequest, type IngestRow } from './remoteWrite/writeRequest.js';

export interface RemoteWriteOptions {
  /** Address of the receiver's route: `http://127.0.0.1:9090/api/v1/write`. */
  readonly url: string;
  /** Sent with every request, for example `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For one attempt to send one batch, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
}

const HEADERS = {
  'user-agent': '@tinyobs/sdk',
  'content-type': 'application/x-protobuf',
  'content-encoding': 'snappy',
  'x-prometheus-remote-write-version': '0.1.0',
};

/**
 * A transport to whatever takes Prometheus remote write 1.0: `createClient({ service, transport: remoteWrite({ url }) })`.
 * Answers 5xx and 429 are retried; turned away by 401, 403 or 404 batches wait; other refusals are counted.
 *
 * The zero samples before the first of a series go in a request of their own, ahead of the others: receivers that take
 * samples in order only refuse those that they have had, and would refuse all that is in one request with them. That
 * is no loss, and not counted.
 *
 * Source: https://prometheus.io/docs/specs/prw/remote_write_spec/
 */
export function remoteWrite({ url, headers = {}, timeoutMs }: RemoteWriteOptions): Transport {
  const target = /^https?:/i.test(url) && URL.canParse(url) ? new URL(url) : null;
  const post =
    target && new HttpPost({ url: target, headers, timeoutMs: timeoutMs ?? REQUEST_TIMEOUT_MS_DEFAULT });
  return {
    format: 'rw1.snappy',
    pack,
    async send(packed, signal) {
      if (post === null) throw new Error('the url of remoteWrite is not an http or https URL');
      const [zeros, samples] = unpack(packed);
      if (zeros.length > 0) {
        const answer = await post.send(zeros, { headers: HEADERS, signal });
        if (answer.status !== 400 && answer.status >= 300) return inOurWords(answer);
      }
      return inOurWords(await post.send(samples, { headers: HEADERS, signal }));
    },
    close: () => post?.close(),
  };
}

/** What receivers answer is text for people; the client looks for what TinyObs would say. */
function inOurWords({ status, retryAfter, body }: TransportAnswer): TransportAnswer {
  return { status, retryAfter, body: JSON.stringify({ message: body.slice(0, 200).trim() }) };
}

/** The length of the request of the zero samples, in 4 bytes, that request, and that of the others. */
async function pack(body: string): Promise<Uint8Array<ArrayBuffer>> {
  const { metrics } = JSON.parse(body) as { metrics: IngestRow[] };
  const nowMs = metrics.reduce((latestMs, { timestamp }) => Math.max(latestMs, timestamp), 0);
  const isZero = ({ timestamp }: IngestRow) => timestamp < nowMs;
  const zeros = await compress(metrics.filter(isZero));
  const samples = await compress(metrics.filter((row) => !isZero(row)));
  const packed = new Uint8Array(4 + zeros.length + samples.length);
  new DataView(packed.buffer).setUint32(0, zeros.length, true);
  packed.set(zeros, 4);
  packed.set(samples, 4 + zeros.length);
  return packed;
}

async function compress(rows: readonly IngestRow[]): Promise<Uint8Array> {
  return rows.length === 0 ? new Uint8Array(0) : compressSnappy(await encodeWriteRequest(rows));
}

function unpack(packed: Uint8Array): [zeros: Uint8Array, samples: Uint8Array] {
  const length = new DataView(packed.buffer, packed.byteOffset).getUint32(0, true);
  return [packed.subarray(4, 4 + length), packed.subarray(4 + length)];
}
