import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkGlobalConfig, checkScrapeConfigs } from './config/checkValue.js';
import type { ScrapeConfigInput } from './config/scrapeConfig.js';
import { Scraper } from './scraper.js';
import { RecordingSink } from './testing/recordingSink.suite.js';
import { OpenBudget, TestTarget } from './testing/testTarget.suite.js';

describe('a scraper', () => {
  let target: TestTarget;
  let sink: RecordingSink;
  let scraper: Scraper;
  let problems: string[];
  let isClosed: boolean;
  beforeEach(async () => {
    target = await TestTarget.start();
    target.text = 'a 1\n';
    sink = new RecordingSink();
    problems = [];
    isClosed = false;
    const note = (error: unknown) => problems.push((error as Error).message);
    scraper = new Scraper({
      sink,
      now: Date.now,
      exposedBytesMax: 2 ** 20,
      budget: new OpenBudget(),
      bodyBytesMax: () => 100_000,
      allowLinkLocal: () => false,
      userAgent: 'Test/1',
      observe: {
        onScrape: () => undefined,
        onLate: () => undefined,
        onSkipped: () => undefined,
        onDiscoveryProblem: (_kind, error) => note(error),
        onProblem: note,
      },
    });
  });
  afterEach(async () => {
    if (!isClosed) await scraper.close();
    await target.close();
  });

  const apply = (...configs: (Partial<ScrapeConfigInput> & { job_name: string })[]) =>
    scraper.apply({
      global: checkGlobalConfig({ scrape_interval: '100ms' }).value!,
      scrapeConfigs: checkScrapeConfigs(configs).value!,
    });
  const at = (labels: Record<string, string> = {}) => ({
    static_configs: [{ targets: [target.address], labels }],
  });
  const valuesOf = (series: string) =>
    sink.stored.filter(([one]) => one.startsWith(series)).map(([, , value]) => value);
  const scrapesOf = (series: string) => valuesOf(series).filter((value) => value !== 'stale').length;

  it('scrapes what it is told, and marks the end of everything when it is closed', async () => {
    apply({ job_name: 'one', ...at() }, { job_name: 'two', ...at({ x: 'y' }) });
    expect(scraper.jobs).toEqual(['one', 'two']);
    await expect.poll(() => Math.min(scrapesOf('a{instance'), scrapesOf('up{'))).toBeGreaterThan(3);
    expect(scraper.targets('two').map(({ target: { labels } }) => labels.get('x'))).toEqual(['y']);
    await scraper.close();
    isClosed = true;
    const last = new Map(sink.stored.map(([series, , value]) => [series, value]));
    expect([last.size, [...new Set(last.values())]]).toEqual([12, ['stale']]);
    const { length } = sink.stored;
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(sink.stored).toHaveLength(length);
  });

  it('marks the end of a target that is gone after two more intervals, at the time of its next scrape', async () => {
    apply({ job_name: 'one', ...at({ x: 'gone' }) });
    await expect.poll(() => scrapesOf('a{')).toBeGreaterThan(1);
    apply({ job_name: 'one', ...at({ x: 'stays' }) });
    await expect.poll(() => valuesOf('a{instance').includes('stale')).toBe(true);
    const gone = sink.stored.filter(([series]) => /^a\{.*x="gone"/.test(series));
    const [[, lastMs], [, endMs, end]] = gone.slice(-2);
    expect(end).toBe('stale');
    expect(endMs - lastMs).toBeGreaterThan(50);
    expect(endMs - lastMs).toBeLessThan(250);
    expect(valuesOf('up{').filter((value) => value === 'stale')).toHaveLength(1);
    const stays = sink.stored.filter(([series]) => /x="stays"/.test(series));
    expect(stays.some(([, , value]) => value === 'stale')).toBe(false);
  });

  it('goes on with a target that comes back in time, as if it had not been away', async () => {
    apply({ job_name: 'one', ...at() });
    await expect.poll(() => scrapesOf('a{')).toBeGreaterThan(1);
    apply({ job_name: 'one' });
    await expect.poll(() => scraper.targets()).toEqual([]);
    apply({ job_name: 'one', ...at() });
    await expect.poll(() => scraper.targets()).toHaveLength(1);
    const before = scrapesOf('a{');
    await expect.poll(() => scrapesOf('a{') - before).toBeGreaterThan(4);
    expect(valuesOf('a{')).not.toContain('stale');
    expect(valuesOf('scrape_series_added{').reduce<number>((sum, one) => sum + Number(one), 0)).toBe(1);
  });

  it('lets a target go on that has the labels of one that is gone', async () => {
    const moved = (path: string) => ({ job_name: 'one', metrics_path: path, ...at() });
    apply(moved('/old'));
    await expect.poll(() => scrapesOf('a{')).toBeGreaterThan(1);
    target.text = 'a 2\nb 2\n';
    apply(moved('/new'));
    await expect.poll(() => valuesOf('a{').filter((value) => value === 2).length).toBeGreaterThan(5);
    expect(sink.stored.filter(([, , value]) => value === 'stale')).toEqual([]);
  });

  it('keeps phase and series of a target when its job changes otherwise', async () => {
    apply({ job_name: 'one', ...at() });
    await expect.poll(() => scrapesOf('a{')).toBeGreaterThan(1);
    apply({ job_name: 'one', scrape_timeout: '50ms', sample_limit: 50, ...at() });
    const before = scrapesOf('a{');
    await expect.poll(() => scrapesOf('a{') - before).toBeGreaterThan(2);
    const times = sink.stored.filter(([series]) => series.startsWith('up{')).map(([, timeMs]) => timeMs);
    // Not more than one scrape in an interval, all near the same place of it.
    for (let i = 1; i < times.length; i++) expect(times[i] - times[i - 1]).toBeGreaterThan(20);
    expect(valuesOf('a{')[0]).toBe(1);
  });

  it('fails all targets of a job that has too many, and tells of those that cannot be scraped', async () => {
    const targets = [target.address, 'b:1', 'c:1'];
    apply({
      job_name: 'many',
      target_limit: 1,
      static_configs: [{ targets }],
      relabel_configs: [
        { source_labels: ['__address__'], regex: 'b:1', action: 'drop' },
        { source_labels: ['__address__'], regex: 'c:1', target_label: '__scheme__', replacement: 'ftp' },
      ],
    });
    await expect.poll(() => scraper.targets()).toHaveLength(1);
    expect(problems).toEqual(['job many: a target cannot be scraped: its scheme is "ftp"']);
    expect(scraper.dropped()).toMatchObject([{ job: 'many', count: 1 }]);
    expect(scraper.dropped()[0].kept[0].get('__address__')).toBe('b:1');
    apply({
      job_name: 'many',
      target_limit: 1,
      static_configs: [{ targets: [target.address, '127.0.0.1:1'] }],
    });
    await expect
      .poll(() => scraper.targets().map(({ status }) => status.lastError))
      .toEqual(Array(2).fill('target_limit exceeded: 2 targets, more than 1'));
    expect(valuesOf('up{')).toContain(0);
  });
});
