import { cpuUsage } from 'node:process';
import { describe, expect, it } from 'vitest';
import { createClient } from '../createClient.js';
import type { Problem } from '../reporter.js';
import { createStoreTransport } from './storeTransport.js';
import type { TransportAnswer } from './transport.js';

const OK: TransportAnswer = { status: 200, body: '{}' };
const BODY = new Uint8Array(1);
const running = new AbortController().signal;

describe('a transport into a store', () => {
  it('hands over what was packed, as it is, and the answer back', async () => {
    const written: string[] = [];
    const write = async (body: Uint8Array) => {
      written.push(new TextDecoder().decode(body));
      return OK;
    };
    const transport = createStoreTransport({ write }, 1_000);
    expect(await transport.send(await transport.pack('{"metrics":[]}'), running, 0)).toBe(OK);
    expect(written).toEqual(['{"metrics":[]}']);
  });

  it('takes more rows at once the quicker they are written, so that the app never waits long', async () => {
    let holdsMs = 0;
    const write = async () => {
      const started = cpuUsage();
      while (cpuUsage(started).user < holdsMs * 1_000);
      return OK;
    };
    const transport = createStoreTransport({ write }, 60_000);
    const rowsOf = async (batches: number) => {
      for (let i = 0; i < batches; i++) await transport.send(BODY, running, transport.rowsMax ?? 0);
      return transport.rowsMax ?? 0;
    };
    const first = await rowsOf(0);
    expect(first).toBe(10);
    const most = await rowsOf(30);
    expect(most).toBe(500);
    holdsMs = 12;
    expect(await rowsOf(1)).toBeLessThanOrEqual(500 / 4);
    expect(await rowsOf(9)).toBe(first);
  });

  it('gives up in time, when it is told to, and when the store throws', async () => {
    const never = () => new Promise<TransportAnswer>(() => undefined);
    await expect(createStoreTransport({ write: never }, 1).send(BODY, running, 1)).rejects.toThrow(
      'within 1 ms',
    );
    const stop = new AbortController();
    const sent = createStoreTransport({ write: never }, 60_000).send(BODY, stop.signal, 1);
    stop.abort(new Error('closed'));
    await expect(sent).rejects.toThrow('closed');
    await expect(createStoreTransport({ write: never }, 60_000).send(BODY, stop.signal, 1)).rejects.toThrow(
      'closed',
    );
    const broken = {
      write: () => {
        throw new Error('no store');
      },
    };
    await expect(createStoreTransport(broken, 1_000).send(BODY, running, 1)).rejects.toThrow('no store');
  });
});

describe('a client with a store', () => {
  it('uses it, and says so where there is an endpoint, too', async () => {
    const bodies: string[] = [];
    const problems: Problem[] = [];
    const client = createClient({
      endpoint: 'http://127.0.0.1:1',
      store: {
        write: async (body) => {
          bodies.push(new TextDecoder().decode(body));
          return OK;
        },
      },
      service: 'shop',
      runtimeMetrics: false,
      onError: (problem) => problems.push(problem),
    });
    client.counter('orders_total').inc(3);
    expect((await client.close()).result).toBe('ok');
    expect(bodies.join()).toContain('"name":"orders_total"');
    expect(problems).toMatchObject([
      { code: 'invalid_option', message: expect.stringContaining('endpoint') },
    ]);
  });
});
