import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyStore } from '@tinyobs/storage/integrity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differenceOf, seriesOf } from '../answers.js';
import { eventually } from '../eventually.js';
import { freePort } from '../freePort.js';
import { type Program, startProgram, startTinyObs, type TinyObsProgram } from '../programs.js';
import { hasPrometheus } from '../prometheus.js';
import { getApi, importText } from '../testServer.js';
import { hasVictoriaMetrics, startVictoriaMetrics } from '../victoriaMetrics.js';

const isInstalled = hasPrometheus() && hasVictoriaMetrics();
const SERIES = 20;
const ROUNDS_PER_PHASE = 8;

describe.skipIf(!isInstalled)('real receivers of remote write', () => {
  let folder: string;
  let tinyobs: TinyObsProgram;
  let receivers: Record<'prometheus' | 'victoriametrics', { url: string; program: Program }>;
  let round = 0;
  const flags = () => ['--config', join(folder, 'tinyobs.yaml')];

  const startReceivers = async (ports: readonly [number, number]) => {
    const address = `127.0.0.1:${ports[0]}`;
    const prometheus = startProgram('prometheus', [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'prometheus')}`,
      `--web.listen-address=${address}`,
      '--web.enable-remote-write-receiver',
    ]);
    await prometheus.waitFor(/Server is ready to receive web requests/);
    const victoria = await startVictoriaMetrics(folder, ports[1]);
    receivers = {
      prometheus: { url: `http://${address}`, program: prometheus },
      victoriametrics: { url: victoria.url, program: victoria },
    };
  };

  /** Rounds of samples, each acknowledged before the next. */
  const write = async () => {
    for (const end = round + ROUNDS_PER_PHASE; round < end; round++) {
      const timeMs = Date.now();
      // VictoriaMetrics keeps some twelve digits of a value.
      const lines = Array.from({ length: SERIES }, (_, i) => `sent{n="${i}"} ${round * i + 0.5} ${timeMs}`);
      await importText(tinyobs.url, `${lines.join('\n')}\n`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  beforeAll(async () => {
    if (!isInstalled) return;
    folder = mkdtempSync(join(tmpdir(), 'tinyobs-forward-peers-'));
    mkdirSync(join(folder, 'prometheus'));
    // What TinyObs sends twice after it was killed is older than what Prometheus has then.
    const storage = { tsdb: { out_of_order_time_window: '1h' } };
    writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify({ storage }));
    const ports = [await freePort(), await freePort()] as const;
    await startReceivers(ports);
    const queue_config = { batch_send_deadline: '50ms' };
    const remote_write = Object.values(receivers).map(({ url }) => ({
      url: `${url}/api/v1/write`,
      queue_config,
    }));
    writeFileSync(join(folder, 'tinyobs.yaml'), JSON.stringify({ scrape: { remote_write } }));
    tinyobs = await startTinyObs(join(folder, 'tinyobs'), flags());
  });
  afterAll(async () => {
    if (!isInstalled) return;
    await tinyobs?.stop();
    for (const { program } of Object.values(receivers ?? {})) await program.stop();
    await rm(folder, { recursive: true });
  });

  const expectSame = async () => {
    const expected = round;
    for (const [name, { url }] of Object.entries(receivers)) {
      await eventually(`everything at ${name}`, async () => {
        const time = (Date.now() / 1000).toFixed(3);
        const [ours, theirs] = await Promise.all(
          [tinyobs.url, url].map((one) => getApi(one, '/api/v1/query', { query: 'sent[1h]', time })),
        );
        const short = seriesOf(ours).find(({ points }) => points.length !== expected);
        if (short || seriesOf(ours).length !== SERIES) return 'TinyObs itself has not all';
        return differenceOf(ours, theirs);
      });
      // VictoriaMetrics evaluates a little earlier than it is asked to.
      await eventually(`the number of samples at ${name}`, async () => {
        const count = seriesOf(
          await getApi(url, '/api/v1/query', { query: 'sum(count_over_time(sent[1h]))' }),
        );
        const found = count[0]?.points[0]?.[1];
        return found === String(expected * SERIES) ? undefined : found;
      });
    }
  };

  it('have everything, whoever was killed meanwhile', async () => {
    await write();
    await expectSame();
    const ports = Object.values(receivers).map(({ url }) => Number(new URL(url).port));
    await receivers.prometheus.program.stop('SIGKILL');
    // VictoriaMetrics loses by itself what it took in the last seconds before it is killed.
    await receivers.victoriametrics.program.stop('SIGTERM');
    await write();
    const { port } = new URL(tinyobs.url);
    await tinyobs.stop('SIGKILL');
    tinyobs = await startTinyObs(join(folder, 'tinyobs'), [...flags(), '--listen', `127.0.0.1:${port}`]);
    await write();
    await fetch(`${tinyobs.url}/api/v1/admin/flush`, { method: 'POST' });
    await startReceivers(ports as [number, number]);
    await write();
    await expectSame();
    const text = await (await fetch(`${tinyobs.url}/metrics`)).text();
    expect(text).not.toMatch(/^tinyobs_forward_(lost_records_total|dropped_samples_total)\{.*\} [1-9]/m);
  });

  it('are sent what was kept for them by a store that is sound', async () => {
    await tinyobs.stop('SIGKILL');
    const { isSound } = await verifyStore(join(folder, 'tinyobs'), {
      onFinding: () => undefined,
      onProgress: () => undefined,
    });
    expect(isSound).toBe(true);
  });
});
