import { createSocket } from 'node:dgram';
import { StatsD } from 'hot-shots';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { getApi, startTestServer, type TestServer } from '../testServer.js';
import { freeUdpPort } from '../udp.js';

let server: TestServer;
let port: number;
beforeAll(async () => {
  port = await freeUdpPort();
  server = await startTestServer({
    statsd: { listen: `127.0.0.1:${port}`, interval: '1s', buckets: [0.1, 1, 10] },
  });
});
afterAll(() => server.close());

/** Values by metric and the label `le`, of what has the tag `test`. */
async function valuesOf(test: string): Promise<Record<string, number>> {
  const { data } = await getApi(server.url, '/api/v1/query', { query: `{test="${test}"}` });
  const result = data.result as { metric: Record<string, string>; value: [number, string] }[];
  return Object.fromEntries(
    result.map(({ metric, value }) => [
      metric.__name__ + (metric.le ? ` ${metric.le}` : ''),
      Number(value[1]),
    ]),
  );
}

const status = async () => {
  const answer = (await (await fetch(`${server.url}/v1/ingest/status`)).json()) as {
    protocols: { protocol: string }[];
  };
  return answer.protocols.find(({ protocol }) => protocol === 'statsd');
};

it('takes what hot-shots sends', async () => {
  const client = new StatsD({ host: '127.0.0.1', port, globalTags: { test: 'hot-shots' }, cacheDns: true });
  client.increment('page.views', 3);
  client.increment('page.views', 4);
  client.gauge('queue.length', 10);
  client.gaugeDelta('queue.length', -2);
  client.timing('took', 250);
  client.timing('took', 2500);
  client.histogram('size', 5);
  client.distribution('spread', 50);
  client.set('visitors', 'a');
  client.set('visitors', 'b');
  client.set('visitors', 'a');
  client.event('deployed', 'now');
  client.check('alive', 0);
  await new Promise((resolve) => client.close(resolve));
  await expect
    .poll(() => valuesOf('hot-shots'), { timeout: 5000 })
    .toMatchObject({
      page_views_total: 7,
      queue_length: 8,
      'took_seconds_bucket 0.1': 0,
      'took_seconds_bucket 1': 1,
      'took_seconds_bucket 10': 2,
      'took_seconds_bucket +Inf': 2,
      took_seconds_sum: 2.75,
      took_seconds_count: 2,
      'size_bucket 10': 1,
      'spread_bucket 10': 0,
      'spread_bucket +Inf': 1,
      spread_sum: 50,
      visitors: expect.any(Number),
    });
  // The first increments of a counter are seen: it began at zero.
  const { data } = await getApi(server.url, '/api/v1/query', { query: 'increase(page_views_total[1m]) > 0' });
  expect(data.result).toHaveLength(1);
  const { data: sets } = await getApi(server.url, '/api/v1/query', { query: 'max_over_time(visitors[1m])' });
  expect((sets.result as { value: [number, string] }[])[0].value[1]).toBe('2');
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toContain('tinyobs_statsd_skipped_lines_total{kind="event"} 1');
  expect(metrics).toContain('tinyobs_statsd_skipped_lines_total{kind="service_check"} 1');
});

it('counts what it refuses, and says where it was', async () => {
  const socket = createSocket('udp4');
  const send = (text: string) =>
    new Promise<void>((resolve, reject) =>
      socket.send(text, port, '127.0.0.1', (error) => (error ? reject(error) : resolve())),
    );
  await send('bad|c\ngood:1|c|#test:refusals\nworse:x|g\n');
  await send('good:2|c|@0.5|#test:refusals|c:in-ab12|T1700000000|e:x');
  await expect.poll(() => valuesOf('refusals'), { timeout: 5000 }).toEqual({ good_total: 5 });
  socket.close();
  expect(await status()).toMatchObject({
    samples: { refused: { invalid_text_line: 1, invalid_value: 1 } },
    lastError: { code: 'invalid_text_line', message: expect.stringContaining('"bad|c"') },
  });
});

it('does not start where the port is taken, and leaves the store closed', async () => {
  const options = { statsd: { listen: `127.0.0.1:${port}` } };
  await expect(startTestServer(options)).rejects.toMatchObject({ code: 'listen_failed' });
});
