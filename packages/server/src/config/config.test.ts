import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ConfigKey, configKeys } from './keys.js';
import { divideMemory, MEMORY_BYTES_MIN } from './memoryBudget.js';
import { parseConfig } from './parseConfig.js';

describe('configuration', () => {
  it('has the documented defaults', () => {
    const config = parseConfig({});
    expect(config.listen).toBe('127.0.0.1:8080');
    expect(config.storage.durability).toBe('sync');
    expect(config.limits).toMatchObject({
      series: 2_000_000,
      seriesPerMetric: 100_000,
      labelsPerSeries: 64,
      labelNameBytes: 512,
      labelValueBytes: 4096,
      requestBytes: 32_000_000,
      futureTime: 600_000,
      requestsPerMinute: 6000,
    });
    expect(config.selfMonitoring.interval).toBe(15_000);
  });

  it.each([
    [{ limits: { seris: 5 } }, 'config_unknown_key', 'limits.series'],
    [{ datadir: 'x' }, 'config_unknown_key', 'dataDir'],
    [{ limits: { series: 'many' } }, 'config_invalid', 'limits.series'],
    [{ limits: { requestBytes: '5 apples' } }, 'config_invalid', '512KiB'],
    [{ query: { lookback: '5 min' } }, 'config_invalid', 'query.lookback'],
    [{ listen: '8080' }, 'config_invalid', 'HOST:PORT'],
    [{ storage: { durability: 'maybe' } }, 'config_invalid', 'storage.durability'],
    [{ insecure: 'perhaps' }, 'config_invalid', 'insecure'],
  ])('refuses %j', (input, code, advice) => {
    expect(() => parseConfig(input)).toThrowError(
      expect.objectContaining({ code, message: expect.stringContaining(advice) }),
    );
  });

  it('names all that is wrong at once', () => {
    const input = {
      limits: { seris: 5, series: true, labelsPerSeries: 1.5 },
      query: { depth: '1001' },
      storage: { retention: { matchers: { '{job="debug"}': '1 day' } } },
      auth: { adminKey: 'hunter2' },
    };
    const message = [
      '6 problems in the configuration:',
      'auth.adminKey is <secret>; expected: at least 22 characters without spaces, which is 128 random bits in base64',
      expect.stringMatching(/^storage\.retention\.matchers is .*"1 day"/),
      'limits.series is true; expected: a whole number of at least 1',
      'limits.labelsPerSeries is 1.5; expected: a whole number of at least 1',
      'unknown configuration key limits.seris; did you mean limits.series?',
      'query.depth is "1001"; expected: a whole number from 1 to 1000',
    ];
    expect(linesOf(() => parseConfig(input))).toEqual(message);
  });

  it('takes off for what has no limit', () => {
    const config = parseConfig({ selfMonitoring: { interval: 'off' }, limits: { requestsPerMinute: 'off' } });
    expect(config.selfMonitoring.interval).toBeUndefined();
    expect(config.limits.requestsPerMinute).toBeUndefined();
  });

  it('never takes the name of a file for a secret', () => {
    const refused = expect.objectContaining({ code: 'config_invalid' });
    expect(() => parseConfig({ auth: { adminKey: 'file:/run/secrets/tinyobs-admin-key' } })).toThrow(refused);
    expect(parseConfig({ auth: { adminKey: 'x'.repeat(22) } }).auth.adminKey).toBe('x'.repeat(22));
  });

  it('has a unit and a help for each key', () => {
    const keys = new Map(configKeys().map((key) => [key.path, key]));
    expect([...keys.values()].filter(({ unit, help }) => unit === '' || help === '')).toEqual([]);
    expect(keys.get('storage.durability')).toMatchObject({ unit: 'sync or os', isReloadable: false });
    expect(keys.get('limits.series')).toMatchObject({
      unit: 'series',
      fallback: 2_000_000,
      isReloadable: true,
    });
    expect(keys.get('limits.requestBytes')).toMatchObject({ unit: 'size', fallback: '32MB' });
    expect(keys.get('memory.max')).toMatchObject({ unit: 'size', fallback: undefined, isReloadable: false });
    expect(keys.get('dataDir')).toMatchObject({ unit: 'text', isSecret: false });
    expect(keys.get('auth.adminKey')).toMatchObject({ unit: 'secret', isSecret: true, isReloadable: true });
  });

  it('refuses overflow series that nothing would write', () => {
    const limits = { overflowSeries: true };
    expect(() => parseConfig({ limits, selfMonitoring: { interval: 'off' } })).toThrowError(
      expect.objectContaining({
        code: 'config_invalid',
        message: expect.stringMatching(/limits\.overflowSeries.*selfMonitoring\.interval/),
      }),
    );
    expect(parseConfig({ limits }).limits.overflowSeries).toBe(true);
  });

  it('is documented key by key, and nothing else is', () => {
    const page = readFileSync(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8');
    const documented = [
      ...page.matchAll(
        /^\| `([a-zA-Z0-9_.]+)` \| `([^`]*)` \| ([^|]+) \| (yes|no) \| `(TINYOBS_[A-Z0-9_]+)` \| (.*) \|$/gm,
      ),
    ];
    const expected = configKeys().map((key) => [
      key.path,
      fallbackText(key),
      key.unit,
      key.isReloadable ? 'yes' : 'no',
      key.environment,
      key.help,
    ]);
    expect(documented.map((row) => row.slice(1, 7))).toEqual(expected);
  });

  it.each([MEMORY_BYTES_MIN, 64 * 2 ** 20, 2 ** 30, 2 ** 34])(
    'divides %i bytes so that all parts fit (S6)',
    (total) => {
      const { headSamplesMax, bodyBytesMax, ...shares } = divideMemory(total);
      const sharesBytes = Object.values(shares).reduce((sum, bytes) => sum + bytes, 0);
      expect(headSamplesMax * 16 * 2 + sharesBytes).toBeLessThan(total);
      expect(headSamplesMax).toBeLessThanOrEqual(2_000_000);
    },
  );

  it('refuses a memory.max with which queries could not be answered', () => {
    expect(() => parseConfig({ memory: { max: '47MiB' } })).toThrow(
      expect.objectContaining({ code: 'config_invalid' }),
    );
    expect(parseConfig({ memory: { max: '48MiB' } }).memory.max).toBe(MEMORY_BYTES_MIN);
  });
});

function fallbackText({ fallback, isSecret }: ConfigKey): string {
  if (fallback === undefined) return isSecret ? 'none' : 'by machine';
  return typeof fallback === 'object' ? JSON.stringify(fallback) : String(fallback);
}

/** The lines of the error that is thrown. */
function linesOf(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    return (error as Error).message.split('\n');
  }
  return [];
}
