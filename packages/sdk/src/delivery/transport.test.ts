import { afterEach, describe, expect, it } from 'vitest';
import { startTestClient, type TestClient } from '../testClient.suite.js';
import type { Transport } from './transport.js';

const sound: Transport = {
  pack: async (body) => new TextEncoder().encode(body),
  send: async () => ({ status: 200, body: '' }),
  close: () => {},
};

let test: TestClient;

function start(broken: Partial<Transport>): TestClient {
  test = startTestClient('http://unused.test', { transport: { ...sound, ...broken } });
  return test;
}

afterEach(async () => {
  const closed = test.client.close();
  test.clock.advance(60_000);
  await closed;
});

describe('a transport of the app that', () => {
  it('cannot pack costs its batches, counted', async () => {
    const { client, drops, problems } = start({ pack: () => Promise.reject(new Error('broken')) });
    client.counter('jobs_total').inc();
    const { result, sent, dropped } = await client.flush();
    expect({ result, sent }).toEqual({ result: 'partial', sent: 0 });
    expect(drops).toEqual([{ reason: 'delivery_failed', count: dropped }]);
    expect(problems.map(({ code }) => code)).toEqual(['callback_failed']);
  });

  it('throws instead of sending is one that has no answer', async () => {
    const { client, clock, problems } = start({
      send: () => {
        throw new Error('broken');
      },
    });
    const flushed = client.flush();
    await clock.nextDelayMs();
    for (let retry = 0; retry < 4; retry++) clock.advance(await clock.nextDelayMs());
    expect((await flushed).result).toBe('failed');
    expect(problems.map(({ code }) => code)).toEqual(['delivery_failed']);
  });

  it('never answers, whatever it is told, does not keep a client from closing', async () => {
    let sending = () => {};
    const sent = new Promise<void>((resolve) => {
      sending = resolve;
    });
    const { client, clock } = start({
      send: () => {
        sending();
        return new Promise(() => {});
      },
    });
    const closed = client.close({ timeoutMs: 300 });
    await sent;
    clock.advance(300);
    expect((await closed).result).toBe('timeout');
    expect(clock.timerCount).toBe(0);
  });

  it('throws when it is closed is told of', async () => {
    const { client, problems } = start({
      close: () => {
        throw new Error('broken');
      },
    });
    expect((await client.close()).result).toBe('ok');
    expect(problems.map(({ code }) => code)).toEqual(['callback_failed']);
  });
});
