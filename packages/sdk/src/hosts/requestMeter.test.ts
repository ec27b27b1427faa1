import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shown, startShownClient } from '../shown.suite.js';
import { RequestMeter } from './requestMeter.js';

let client: ReturnType<typeof startShownClient>['client'];

beforeEach(() => {
  ({ client } = startShownClient());
});

afterEach(() => client.close());

/** What is told of the size of a request that has these headers. */
async function sizeOf(given: Partial<IncomingMessage>): Promise<number | undefined> {
  const request = Object.assign(new IncomingMessage(new Socket()), { method: 'POST', complete: true }, given);
  const response = new ServerResponse(request);
  new RequestMeter(client, {}).measure(request, response, () => '/items');
  response.writeHead(200);
  response.emit('close');
  const sizes = Object.entries(await shown(client)).filter(([series]) =>
    series.startsWith('http_request_size_bytes_sum'),
  );
  return sizes[0]?.[1];
}

describe('the size of a request', () => {
  it('is what its headers say, however their names are written', async () => {
    expect(await sizeOf({ rawHeaders: ['Host', 'shop', 'CONTENT-Length', '5'] })).toBe(5);
  });

  it('is not known of one that comes in pieces', async () => {
    expect(await sizeOf({ rawHeaders: ['Transfer-Encoding', 'chunked'] })).toBe(undefined);
  });

  it('is told of one that an adapter has made up, which has no headers as they came', async () => {
    expect(await sizeOf({ headers: { 'content-length': '7' } })).toBe(7);
  });
});
