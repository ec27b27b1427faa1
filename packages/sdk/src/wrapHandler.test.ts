import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeBackend } from './fakeBackend.suite.js';
import { startTestClient, type TestClient } from './testClient.suite.js';
import { wrapHandler } from './wrapHandler.js';

let backend: FakeBackend;
let test: TestClient;

beforeEach(async () => {
  backend = await FakeBackend.start();
  test = startTestClient(backend.endpoint);
});

afterEach(async () => {
  backend.script = () => undefined;
  await test.client.close();
  await backend.stop();
});

describe('a wrapped handler', () => {
  it('answers as it did, with its metrics delivered by then', async () => {
    const calls = test.client.counter('calls_total');
    const handler = wrapHandler(test.client, async (event: { name: string }) => {
      calls.inc();
      return `hello ${event.name}`;
    });
    const answer: string = await handler({ name: 'Ada' });
    expect(answer).toBe('hello Ada');
    expect(backend.rowsOf('calls_total', 0)[0].value).toBe(1);
    await handler({ name: 'Bob' });
    expect(backend.rowsOf('calls_total', 1)[0].value).toBe(2);
  });

  it('fails as it did, with its metrics delivered by then', async () => {
    const broken = new Error('broken');
    const handler = wrapHandler(test.client, () => {
      test.client.counter('failures_total').inc();
      throw broken;
    });
    await expect(handler()).rejects.toBe(broken);
    expect(backend.rowsOf('failures_total', 0)[0].value).toBe(1);
  });

  it.each([
    { given: {}, remaining: 60_000, waits: 2_000 },
    { given: { timeoutMs: 500 }, remaining: 60_000, waits: 500 },
    { given: {}, remaining: 350, waits: 250 },
  ])('waits for a server that hangs for $waits ms, of $remaining', async ({ given, remaining, waits }) => {
    backend.script = () => 'hang';
    const context = { getRemainingTimeInMillis: () => remaining };
    const handler = wrapHandler(test.client, async (_event: unknown, _context: unknown) => 1, given);
    let isOver = false;
    const answered = handler({}, context).then((answer) => {
      isOver = true;
      return answer;
    });
    await backend.received(1);
    test.clock.advance(waits - 1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOver).toBe(false);
    test.clock.advance(1);
    expect(await answered).toBe(1);
    const closed = test.client.close({ timeoutMs: 0 });
    test.clock.advance(0);
    await closed;
  });

  it('does not wait at all when its time is over', async () => {
    backend.script = () => 'hang';
    const handler = wrapHandler(test.client, async (_context: { getRemainingTimeInMillis(): number }) => 1);
    const answered = handler({ getRemainingTimeInMillis: () => 50 });
    await Promise.resolve();
    test.clock.advance(0);
    expect(await answered).toBe(1);
    const closed = test.client.close({ timeoutMs: 0 });
    test.clock.advance(0);
    await closed;
  });
});
