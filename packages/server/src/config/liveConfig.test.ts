import { describe, expect, it } from 'vitest';
import { LiveConfig } from './liveConfig.js';
import type { Config } from './schema.js';

const KEY = 'k'.repeat(30);

describe('the configuration in force', () => {
  it('is replaced as a whole, and who follows it is told', () => {
    const live = new LiveConfig({ limits: { series: 5 }, query: { lookback: '5m' } });
    const told: Config[] = [];
    live.onChange((next) => {
      expect(live.current).toBe(next);
      told.push(next);
    });
    const given = { limits: { seriesPerMetric: '7' }, query: { lookback: '300s' } };
    expect(live.replace(given)).toEqual([
      { key: 'limits.series', from: 5, to: 2_000_000 },
      { key: 'limits.seriesPerMetric', from: 100_000, to: 7 },
    ]);
    expect(live.current.limits).toMatchObject({ series: 2_000_000, seriesPerMetric: 7 });
    expect(live.given).toBe(given);
    expect(live.written).toMatchObject({ limits: { seriesPerMetric: 7 }, query: { lookback: '300s' } });
    expect(told).toEqual([live.current]);
    expect(live.replace({ ...given, query: {} })).toEqual([]);
    expect(told).toHaveLength(1);
  });

  it('stays as it is when the next one is not valid, or needs a restart', () => {
    const live = new LiveConfig({});
    live.onChange(() => expect.fail('nothing has changed'));
    const before = live.current;
    expect(() => live.replace({ limits: { series: 5 }, query: { queue: 0 } })).toThrow(
      expect.objectContaining({ code: 'config_invalid' }),
    );
    const moved = { limits: { series: 5 }, dataDir: '/elsewhere', memory: { max: '1GiB' } };
    expect(() => live.replace(moved)).toThrow(
      expect.objectContaining({
        code: 'config_needs_restart',
        message: expect.stringMatching(/^dataDir, memory\.max cannot be changed while TinyObs runs/),
      }),
    );
    expect(live.current).toBe(before);
    expect(live.given).toEqual({});
  });

  it('tells rules of retention apart by what they say', () => {
    const withRule = (selector: string) => ({ storage: { retention: { matchers: { [selector]: '1d' } } } });
    const live = new LiveConfig(withRule('{job=~"a|b"}'));
    expect(live.replace(withRule('{job=~"a|b"}'))).toEqual([]);
    expect(live.replace(withRule('{job=~"a|c"}'))).toEqual([
      { key: 'storage.retention.matchers', from: { '{job=~"a|b"}': '1d' }, to: { '{job=~"a|c"}': '1d' } },
    ]);
  });

  it('shows no secret', () => {
    const live = new LiveConfig({});
    expect(live.replace({ auth: { adminKey: KEY } })).toEqual([
      { key: 'auth.adminKey', from: undefined, to: '<secret>' },
    ]);
    const other = KEY.replaceAll('k', 'm');
    expect(live.replace({ auth: { adminKey: other } })).toEqual([
      { key: 'auth.adminKey', from: '<secret>', to: '<secret>' },
    ]);
    expect(live.written.auth).toEqual({ adminKey: '<secret>' });
    expect(live.current.auth.adminKey).toBe(other);
  });
});
