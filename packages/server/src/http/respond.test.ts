import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TinyObsError } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import { type ErrorStyle, sendError } from './respond.js';

async function answerOf(error: TinyObsError, style: ErrorStyle): Promise<Response> {
  const server = createServer((_request, response) => sendError(response, error, style));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    return await fetch(`http://127.0.0.1:${port}`, { headers: { 'X-Request-Id': 'mine' } });
  } finally {
    server.close();
  }
}

const OURS = new TinyObsError('store_busy', 'later');
const THEIRS = new TinyObsError('invalid_parameter', 'mend it', { details: { parameter: 'a' } });

describe('an error answered', () => {
  it.each<[ErrorStyle, unknown]>([
    [
      'prometheus',
      { status: 'error', errorType: 'unavailable', error: 'later', code: 'store_busy', requestId: 'mine' },
    ],
    ['tinyobs', { status: 'error', code: 'store_busy', message: 'later', requestId: 'mine' }],
  ])('names the request where the fault is ours, in the style of %s', async (style, body) => {
    const answer = await answerOf(OURS, style);
    expect([answer.status, await answer.json()]).toEqual([503, body]);
    expect(answer.headers.get('x-request-id')).toBe('mine');
  });

  it('names the request in plain text, too', async () => {
    expect(await (await answerOf(OURS, 'text')).text()).toBe('later\nrequest mine\n');
    expect(await (await answerOf(THEIRS, 'text')).text()).toBe('mend it\n');
  });

  it('says no more than it knows where the fault is the request itself', async () => {
    expect(await (await answerOf(THEIRS, 'tinyobs')).json()).toEqual({
      status: 'error',
      code: 'invalid_parameter',
      message: 'mend it',
      details: { parameter: 'a' },
    });
  });
});
