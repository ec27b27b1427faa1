import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnsweredSeries, labelsKey, seriesOf } from '../answers.js';
import { eventually } from '../eventually.js';
import type { Program } from '../programs.js';
import { getApi, postJson, startTestServer, type TestServer } from '../testServer.js';
import { type AlertReceiver, hasVmalert, startAlertReceiver, startVmalert } from '../vmalert.js';

const RULES = {
  groups: [
    {
      name: 'shop',
      rules: [
        { record: 'job:orders:sum', expr: 'sum by (job) (orders)', labels: { source: 'rule' } },
        {
          alert: 'ManyOrders',
          expr: 'orders > 40',
          for: '1s',
          labels: { severity: 'page' },
          annotations: { summary: '{{ $labels.shop }} has {{ $value }}' },
        },
      ],
    },
  ],
};

/** Labels that vmalert gives the alert of shop a. */
const ALERT = {
  alertname: 'ManyOrders',
  alertgroup: 'shop',
  severity: 'page',
  job: 'web',
  shop: 'a',
};

const isInstalled = hasVmalert();

describe('a real vmalert over TinyObs', () => {
  let folder: string;
  let server: TestServer;
  let receiver: AlertReceiver;
  let vmalert: Program;
  beforeAll(async () => {
    if (!isInstalled) return;
    folder = mkdtempSync(join(tmpdir(), 'tinyobs-vmalert-'));
    [server, receiver] = await Promise.all([startTestServer(), startAlertReceiver()]);
    await push({ a: 42, b: 7 });
    await start();
  });
  afterAll(async () => {
    if (!isInstalled) return;
    await vmalert?.stop();
    await Promise.all([server?.close(), receiver?.close()]);
    await rm(folder, { recursive: true });
  });

  const start = async () => {
    vmalert = await startVmalert(folder, { url: server.url, notifierUrl: receiver.url, rules: RULES });
  };

  const push = async (orders: Readonly<Record<string, number>>) => {
    const metrics = Object.entries(orders).map(([shop, value]) => ({
      name: 'orders',
      type: 'gauge',
      value,
      labels: { job: 'web', shop },
    }));
    expect((await postJson(server.url, { metrics })).status).toBe(200);
  };

  const ask = async (query: string): Promise<AnsweredSeries[]> =>
    seriesOf(await getApi(server.url, '/api/v1/query', { query }));

  /** Waits until the query has exactly these series, by their labels, with their values. */
  const expectSeries = (query: string, expected: readonly (readonly [Record<string, string>, string])[]) =>
    eventually(query, async () => {
      const found = (await ask(query)).map(({ labels, points }) => `${labels} ${points[0][1]}`);
      const wanted = expected.map(([labels, value]) => `${labelsKey(labels)} ${value}`);
      return found.sort().join('\n') === wanted.sort().join('\n') ? undefined : JSON.stringify(found);
    });

  const complaints = () => vmalert.output().match(/^.*\t(?:error|warn|panic|fatal)\t.*$/gm) ?? [];

  it.skipIf(!isInstalled)('records what its rule computes from our data', async () => {
    const labels = { __name__: 'job:orders:sum', job: 'web', source: 'rule' };
    await expectSeries('job:orders:sum', [[labels, '49']]);
    await push({ b: 8.5 });
    await expectSeries('job:orders:sum', [[labels, '50.5']]);
    const [{ points }] = seriesOf(await getApi(server.url, '/api/v1/query', { query: 'job:orders:sum[1m]' }));
    expect(new Set(points.map(([, value]) => value))).toEqual(new Set(['49', '50.5']));
  });

  it.skipIf(!isInstalled)('writes the state of its alert, and sends it', async () => {
    await expectSeries('ALERTS', [[{ __name__: 'ALERTS', alertstate: 'firing', ...ALERT }, '1']]);
    expect(await ask('ALERTS_FOR_STATE')).toHaveLength(1);
    await eventually('an alert', async () => (receiver.alerts.length === 0 ? 'none' : undefined));
    expect(receiver.alerts[0].labels).toEqual(ALERT);
    expect(receiver.alerts[0].annotations).toEqual({ summary: 'a has 42' });
  });

  it.skipIf(!isInstalled)('goes on after a restart where the alert stood', async () => {
    const [{ labels, points }] = await ask('ALERTS_FOR_STATE');
    await vmalert.stop();
    expect(complaints()).toEqual([]);
    const restartS = Date.now() / 1000;
    await start();
    const query = `ALERTS_FOR_STATE and timestamp(ALERTS_FOR_STATE) > ${Math.ceil(restartS) + 1}`;
    await eventually(query, async () => {
      const found = await ask(query);
      if (found.length === 0) return 'nothing new';
      return found[0].points[0][1] === points[0][1] ? undefined : `${found[0].points} for ${points}`;
    });
    expect((await ask(query))[0].labels).toBe(labels);
  });

  it.skipIf(!isInstalled)('ends the alert with a stale marker when it is resolved', async () => {
    await push({ a: 40 });
    await expectSeries('ALERTS', []);
    await expectSeries('ALERTS_FOR_STATE', []);
    expect((await ask('ALERTS[1m]')).length).toBeGreaterThan(0);
  });

  it.skipIf(!isInstalled)('finds nothing to complain of', () => {
    expect(complaints()).toEqual([]);
  });
});
