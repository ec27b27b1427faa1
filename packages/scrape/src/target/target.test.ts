import { describe, expect, it } from 'vitest';
import { checkGlobalConfig, checkScrapeConfigs } from '../config/checkValue.js';
import type { ScrapeConfigInput } from '../config/scrapeConfig.js';
import { type ScrapeJob, scrapeJobOf } from '../config/scrapeJob.js';
import { Relabeling } from '../relabel/relabeling.js';
import { offsetOf, relabelTarget, type Target } from './target.js';

function jobOf(more: Partial<ScrapeConfigInput> = {}): ScrapeJob {
  const { value, problems } = checkScrapeConfigs([{ job_name: 'j', ...more }]);
  expect(problems).toBeUndefined();
  return scrapeJobOf(value![0], checkGlobalConfig({}).value!);
}

function targetOf(labels: Readonly<Record<string, string>>, more: Partial<ScrapeConfigInput> = {}): Target {
  const job = jobOf(more);
  const relabeled = relabelTarget(labels, job, new Relabeling(job.relabeling));
  if ('dropped' in relabeled) throw new Error('dropped');
  return relabeled.target;
}

describe('a target', () => {
  it('has an address, and labels that are not for relabelling', () => {
    const labels = { __address__: 'host:1', __meta_zone: 'z', __tmp_x: 't', zone: 'z', empty: '' };
    const target = targetOf(labels);
    expect(target).toMatchObject({ url: 'http://host:1/metrics', intervalMs: 60_000, timeoutMs: 10_000 });
    expect(target.labels.toObject()).toEqual({ instance: 'host:1', job: 'j', zone: 'z' });
    expect(target.discovered.toObject()).toEqual({
      __address__: 'host:1',
      __meta_zone: 'z',
      __metrics_path__: '/metrics',
      __scheme__: 'http',
      __scrape_interval__: '1m',
      __scrape_timeout__: '10s',
      __tmp_x: 't',
      job: 'j',
      zone: 'z',
    });
  });

  it('keeps its address as it is written, without or with a port', () => {
    expect(targetOf({ __address__: 'host' }, { scheme: 'https' })).toMatchObject({
      url: 'https://host/metrics',
    });
    expect(targetOf({ __address__: '[::1]:80' }).labels.get('instance')).toBe('[::1]:80');
  });

  it.each([
    [{ metrics_path: '/a b?c#d' }, 'http://host/a%20b%3Fc%23d'],
    [{ metrics_path: 'relative' }, 'http://host/relative'],
    [{ metrics_path: '' }, 'http://host'],
    [
      { params: { 'match[]': ['{job="x"}', 'up'], a: ['1 +&~*'] } },
      'http://host/metrics?a=1+%2B%26~%2A&match%5B%5D=%7Bjob%3D%22x%22%7D&match%5B%5D=up',
    ],
  ])('has with %j the URL %s', (more, url) => {
    expect(targetOf({ __address__: 'host' }, more).url).toBe(url);
  });

  it('takes interval, timeout and parameters from its labels', () => {
    const labels = {
      __address__: 'host',
      __scrape_interval__: '30s',
      __scrape_timeout__: '5s',
      __param_a: 'mine',
    };
    expect(targetOf(labels, { params: { a: ['first', 'second'] } })).toMatchObject({
      intervalMs: 30_000,
      timeoutMs: 5000,
      url: 'http://host/metrics?a=first&a=second',
    });
    expect(targetOf(labels).url).toBe('http://host/metrics?a=mine');
  });

  it.each([
    [{}],
    [{ __address__: 'http://host' }],
    [{ __address__: 'host/path' }],
    [{ __address__: 'user@host' }],
    [{ __address__: 'host:99999' }],
    [{ __address__: 'host', __scheme__: 'ftp' }],
    [{ __address__: 'host', __scrape_interval__: 'often' }],
    [{ __address__: 'host', __scrape_interval__: '0s' }],
    [{ __address__: 'host', __scrape_interval__: '5s' }],
  ])('cannot be %j', (labels) => {
    expect(() => targetOf(labels)).toThrowError(expect.objectContaining({ code: 'config_invalid' }));
  });

  it('is the same when only its interval is another, and another with another label or address', () => {
    const { id } = targetOf({ __address__: 'host' });
    expect(targetOf({ __address__: 'host', __meta_x: 'y', __scrape_interval__: '20s' }).id).toBe(id);
    for (const label of ['a', '__metrics_path__', '__param_a']) {
      expect(targetOf({ __address__: 'host', [label]: '/x' }).id).not.toBe(id);
    }
  });

  it('is scraped at its own place of the interval, always the same', () => {
    const offsets = [...Array(200).keys()].map((i) => offsetOf(targetOf({ __address__: `host${i}` }), ''));
    expect(offsets.every((offset) => offset >= 0 && offset < 60_000)).toBe(true);
    const buckets = new Set(offsets.map((offset) => Math.floor(offset / 6000)));
    expect(buckets.size).toBe(10);
    expect(offsetOf(targetOf({ __address__: 'host7' }), '')).toBe(offsets[7]);
    expect(offsetOf(targetOf({ __address__: 'host7' }), 'other')).not.toBe(offsets[7]);
  });
});
