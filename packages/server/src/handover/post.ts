import { type Agent, request as send } from 'node:http';
import { text } from 'node:stream/consumers';
import type { WriteAnswer } from '../ingest/hostWrites.js';

export interface PostOptions {
  readonly socketPath: string;
  readonly path: string;
  readonly agent?: Agent;
  readonly timeoutMs: number;
}

/** Posts a body of our own over a socket. Rejects when there is no answer in time. */
export async function post(
  { socketPath, path, agent, timeoutMs }: PostOptions,
  body: Uint8Array,
): Promise<WriteAnswer> {
  const signal = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve, reject) => {
    const headers = { 'content-length': body.length };
    const sent = send({ method: 'POST', socketPath, path, agent, headers, signal }, (answer) => {
      const { statusCode: status = 0, headers } = answer;
      text(answer).then((body) => resolve({ status, retryAfter: headers['retry-after'], body }), reject);
    });
    sent.once('error', reject).end(body);
  });
}
