import { ANSWER_BYTES_MAX } from '../constants.js';
import type { Send } from './transport.js';

/** A transport by `fetch`, where there is nothing of Node. */
export function createFetchTransport(options: {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** For one attempt, from connecting to the last byte of the answer. */
  readonly timeoutMs: number;
}): { send: Send; close: () => void } {
  const { url, headers, timeoutMs } = options;
  const send: Send = async (body, signal) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const retryAfter = response.headers.get('retry-after') ?? undefined;
    return { status: response.status, retryAfter, body: await readText(response) };
  };
  return { send, close: () => {} };
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
