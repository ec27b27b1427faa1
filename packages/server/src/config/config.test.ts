import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configKeys } from './keys.js';
import { loadConfigInput } from './loadConfigInput.js';
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

  it('takes a file, then the environment, then flags, each stronger than the one before', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'tinyobs-config-')), 'tinyobs.yaml');
    writeFileSync(
      file,
      'dataDir: /from/file\nlimits:\n  series: 10\n  seriesPerMetric: 5\nquery:\n  lookback: 1m\n',
    );
    const environment = { TINYOBS_LIMITS_SERIES: '20', TINYOBS_LIMITS_SERIES_PER_METRIC: '6', HOME: '/root' };
    const flags = new Map([['limits.series', '30']]);
    const config = parseConfig(loadConfigInput({ file, environment, flags }));
    expect(config.dataDir).toBe('/from/file');
    expect(config.limits.series).toBe(30);
    expect(config.limits.seriesPerMetric).toBe(6);
    expect(config.query.lookback).toBe(60_000);
  });

  it('finds the file by TINYOBS_CONFIG', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'tinyobs-config-')), 'tinyobs.yaml');
    writeFileSync(file, 'limits: {series: 7}');
    expect(parseConfig(loadConfigInput({ environment: { TINYOBS_CONFIG: file } })).limits.series).toBe(7);
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

  it('names the nearest variable for an unknown one', () => {
    expect(() => loadConfigInput({ environment: { TINYOBS_LIMIT_SERIES: '5' } })).toThrowError(
      expect.objectContaining({
        code: 'config_unknown_key',
        message: expect.stringContaining('TINYOBS_LIMITS_SERIES'),
      }),
    );
  });

  it('takes off for what has no limit', () => {
    const config = parseConfig({ selfMonitoring: { interval: 'off' }, limits: { requestsPerMinute: 'off' } });
    expect(config.selfMonitoring.interval).toBeUndefined();
    expect(config.limits.requestsPerMinute).toBeUndefined();
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

  it('is not fooled by keys of Object.prototype', () => {
    const flags = new Map([['__proto__.polluted', '1']]);
    expect(() => loadConfigInput({ environment: {}, flags })).toThrowError(
      expect.objectContaining({ code: 'config_unknown_key' }),
    );
  });

  it('is documented key by key, and nothing else is', () => {
    const page = readFileSync(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8');
    const documented = [
      ...page.matchAll(/^\| `([a-zA-Z0-9.]+)` \| `([^`]*)` \| `(TINYOBS_[A-Z0-9_]+)` \| (.*) \|$/gm),
    ];
    const expected = configKeys().map(({ path, fallback, environment, help }) => [
      path,
      fallback === undefined ? 'by machine' : String(fallback),
      environment,
      help,
    ]);
    expect(documented.map((row) => row.slice(1, 5))).toEqual(expected);
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
