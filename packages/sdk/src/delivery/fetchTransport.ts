import { ANSWER_BYTES_MAX, KEEPALIVE_BYTES_MAX } from '../constants.js';
import type { Transport, TransportTarget } from './transport.js';

/** A transport by `fetch`, where there is nothing of Node. */
export function createFetchTransport({ url, headers, timeoutMs }: TransportTarget): Transport {
  const compresses = typeof CompressionStream === 'function';
  const encoding: Record<string, string> = compresses ? { 'content-encoding': 'gzip' } : {};
  return {
    async pack(body) {
      let { body: stream } = new Response(body);
      if (compresses) stream = stream?.pipeThrough(new CompressionStream('gzip')) ?? null;
      return new Uint8Array(await new Response(stream).arrayBuffer());
    },
    async send(packed, signal) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', ...encoding },
        body: packed,
        // It goes on when its page is left.
        keepalive: packed.length < KEEPALIVE_BYTES_MAX,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      const retryAfter = response.headers.get('retry-after') ?? undefined;
      return { status: response.status, retryAfter, body: await readText(response) };
    },
    close() {},
  };
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let sizeBytes = 0;
  const reader = response.body?.getReader();
  for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
    sizeBytes += next.value.length;
    text += decoder.decode(next.value, { stream: true });
    if (sizeBytes <= ANSWER_BYTES_MAX) continue;
    await reader?.cancel();
    throw new Error(`the answer is longer than ${ANSWER_BYTES_MAX} bytes`);
  }
  return text + decoder.decode();
}
