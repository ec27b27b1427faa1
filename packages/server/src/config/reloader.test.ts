import { Writable } from 'node:stream';
import { TinyObsError } from '@tinyobs/model';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { LiveConfig } from './liveConfig.js';
import { Reloader } from './reloader.js';
import type { ConfigInput } from './schema.js';

function setUp(readConfig?: () => ConfigInput | Promise<ConfigInput>) {
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write: (line, _encoding, done) => {
      lines.push(JSON.parse(String(line)));
      done();
    },
  });
  const clock = { nowMs: 1000 };
  const live = new LiveConfig({});
  const reloader = new Reloader({ live, readConfig, log: pino(sink), now: () => clock.nowMs });
  return { live, reloader, lines, clock };
}

describe('reloading', () => {
  it('takes what it is given, says what changed, and when', async () => {
    const { live, reloader, lines, clock } = setUp();
    expect(reloader).toMatchObject({ isSuccessful: true, succeededMs: 1000, canRead: false });
    clock.nowMs = 2000;
    const changes = [{ key: 'limits.series', from: 2_000_000, to: 5 }];
    expect(await reloader.reload({ limits: { series: 5 } })).toEqual({ changes });
    expect(live.current.limits.series).toBe(5);
    expect(reloader).toMatchObject({ isSuccessful: true, succeededMs: 2000 });
    await reloader.reload({ limits: { series: 5 } });
    expect(lines).toMatchObject([
      { level: 30, msg: 'configuration reloaded', changes },
      { level: 30, msg: 'configuration reloaded, nothing changed', changes: [] },
    ]);
  });

  it('says why nothing was taken, until something is', async () => {
    let given: ConfigInput | undefined;
    const { live, reloader, lines, clock } = setUp(() => {
      if (given) return given;
      throw new TinyObsError('config_invalid', 'tinyobs.yaml:3: it is broken');
    });
    clock.nowMs = 2000;
    await expect(reloader.reload()).rejects.toMatchObject({ code: 'config_invalid' });
    expect(reloader).toMatchObject({ isSuccessful: false, succeededMs: 1000 });
    given = { dataDir: '/elsewhere' };
    await expect(reloader.reload()).rejects.toMatchObject({ code: 'config_needs_restart' });
    const unchanged = 'configuration not reloaded, the one before stays in force';
    expect(lines).toMatchObject([
      { level: 50, msg: unchanged, err: { message: 'tinyobs.yaml:3: it is broken' } },
      { level: 50, msg: unchanged, err: { code: 'config_needs_restart' } },
    ]);
    expect(live.given).toEqual({});
    given = {};
    await reloader.reload();
    expect(reloader).toMatchObject({ isSuccessful: true, succeededMs: 2000 });
  });

  it('has nothing to read where nobody said how', async () => {
    await expect(setUp().reloader.reload()).rejects.toMatchObject({ code: 'config_invalid' });
  });

  it('takes in the end what was there last, however long a reading takes', async () => {
    const waiting: (() => void)[] = [];
    let series = 0;
    const { live, reloader } = setUp(async () => {
      const read = { limits: { series: ++series } };
      await new Promise<void>((resolve) => waiting.push(resolve));
      return read;
    });
    const reloads = [reloader.reload(), reloader.reload()];
    for (let i = 0; i < 2; i++) {
      await expect.poll(() => waiting.length).toBe(1);
      waiting.shift()?.();
      await reloads[i];
    }
    expect(live.current.limits.series).toBe(2);
  });
});
