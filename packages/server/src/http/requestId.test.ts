import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createKeyText } from '../access/apiKey.js';
import { requestIdOf, uniqueId } from './requestId.js';

function responseTo(given?: string): ServerResponse {
  const request = new IncomingMessage(new Socket());
  if (given !== undefined) request.headers['x-request-id'] = given;
  return new ServerResponse(request);
}

describe('the id of a request', () => {
  it.each(['a', 'A-b_c.9', 'x'.repeat(64)])("is the client's, such as %s, and answered", (given) => {
    const response = responseTo(given);
    expect(requestIdOf(response)).toBe(given);
    expect(response.getHeader('X-Request-Id')).toBe(given);
  });

  it.each(['', 'x'.repeat(65), 'a b', 'a,b', 'ü', 'a\u001b[31m', '{"a":1}', createKeyText().text])(
    'is made in place of %j',
    (given) => {
      const response = responseTo(given);
      const id = requestIdOf(response);
      expect(id).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
      expect(id).not.toBe(given);
      expect(response.getHeader('X-Request-Id')).toBe(id);
    },
  );

  it('stays what it is, and what the host has said', () => {
    const response = responseTo();
    expect(requestIdOf(response)).toBe(requestIdOf(response));
    const ofHost = responseTo('from-client');
    ofHost.setHeader('X-Request-Id', 'from host');
    expect(requestIdOf(ofHost)).toBe('from host');
  });

  it('is never made twice', () => {
    expect(new Set(Array.from({ length: 1000 }, uniqueId)).size).toBe(1000);
  });
});
