import { BatchPool, Labels, TinyObsError } from '@tinyobs/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkGlobalConfig, checkScrapeConfigs } from '../config/checkValue.js';
import type { ScrapeConfigInput } from '../config/scrapeConfig.js';
import { type ScrapeJob, scrapeJobOf } from '../config/scrapeJob.js';
import { AddressGuard } from '../fetch/addressGuard.js';
import { HttpClient } from '../fetch/httpClient.js';
import { Relabeling } from '../relabel/relabeling.js';
import { relabelTarget, type Target } from '../target/target.js';
import { RecordingSink } from '../testing/recordingSink.suite.js';
import { OpenBudget, TestTarget } from '../testing/testTarget.suite.js';
import { ExposedSeries } from './exposedSeries.js';
import { MetadataPool } from './metadataPool.js';
import { type ScrapeObservation, type SessionContext, TargetSession } from './targetSession.js';

describe('the scrapes of a target', () => {
  let target: TestTarget;
  let sink: RecordingSink;
  let budget: OpenBudget;
  let client: HttpClient;
  const exposed = new ExposedSeries({ sizeBytesMax: 2 ** 20 });
  let observed: ScrapeObservation[];
  beforeEach(async () => {
    target = await TestTarget.start();
    sink = new RecordingSink();
    budget = new OpenBudget();
    observed = [];
  });
  afterEach(async () => {
    client?.close();
    await target.close();
    expect(budget.heldBytes).toBe(0);
  });

  const jobOf = (more: Partial<ScrapeConfigInput>): ScrapeJob =>
    scrapeJobOf(checkScrapeConfigs([{ job_name: 'j', ...more }]).value![0], checkGlobalConfig({}).value!);

  const contextOf = (job: ScrapeJob): SessionContext => {
    client?.close();
    client = new HttpClient(job.http, new AddressGuard({ allowLinkLocal: false }));
    return {
      ...{ job, client, sink, budget, exposed },
      metricRelabeling: new Relabeling(job.metricRelabeling),
      batches: new BatchPool(),
      metadata: new MetadataPool(),
      bodyBytesMax: () => 1_000_000,
      userAgent: 'Test/1',
      observe: (observation) => observed.push(observation),
    };
  };

  const targetOf = (job: ScrapeJob): Target => {
    const labels = { __address__: target.address, instance: 'i' };
    const relabeled = relabelTarget(labels, job, new Relabeling([]));
    if (!('target' in relabeled)) throw new Error('the target is dropped');
    return relabeled.target;
  };

  const sessionOf = (more: Partial<ScrapeConfigInput> = {}): TargetSession => {
    const job = jobOf(more);
    return new TargetSession(targetOf(job), contextOf(job));
  };

  const AT = '{instance="i", job="j"}';

  it('have the time they began, the labels of the target, and reports', async () => {
    target.text = 'a 1\nb{x="y"} 2\n';
    const session = sessionOf();
    await session.scrape(1000);
    expect(sink.stored.slice(0, 2)).toEqual([
      [`a${AT}`, 1000, 1],
      ['b{instance="i", job="j", x="y"}', 1000, 2],
    ]);
    expect(sink.takeReports()).toEqual({
      up: 1,
      scrape_samples_scraped: 2,
      scrape_samples_post_metric_relabeling: 2,
      scrape_series_added: 2,
    });
    expect(session.status).toMatchObject({ health: 'up', lastError: '', lastScrapeMs: 1000 });
    expect(session.status.lastDurationSeconds).toBeGreaterThan(0);
    expect(target.requests[0].headers).toMatchObject({
      'user-agent': 'Test/1',
      'accept-encoding': 'gzip',
      'x-prometheus-scrape-timeout-seconds': '10',
      accept: expect.stringMatching(/text\/plain;version=0\.0\.4;q=0\.5,\*\/\*;q=0\.1$/),
    });
  });

  it('name series that are known by reference alone', async () => {
    target.text = 'a 1\nb 2\n';
    const session = sessionOf();
    for (const timeMs of [1000, 2000, 3000]) await session.scrape(timeMs);
    target.text = 'a 1\nb 2\nc 3\n';
    await session.scrape(4000);
    expect(sink.labelled).toEqual([7, 0, 0, 1]);
    sink.renumber();
    await session.scrape(5000);
    expect(sink.labelled.at(-1)).toBe(8);
    expect(sink.take().at(-1)).toEqual([`c${AT}`, 5000, 3]);
  });

  it('go on with a series that is written in another way, of which the first counts where both are there', async () => {
    const session = sessionOf();
    for (const [i, text] of ['a{x="1",y="2"} 1\n', 'a{y="2",x="1"} 2\n', 'a {x="1",y="2",} 3\n'].entries()) {
      target.text = text;
      await session.scrape(i + 1);
    }
    target.text = 'a{x="1",y="2"} 4\na{y="2",x="1"} 5\n';
    await session.scrape(4);
    const series = 'a{instance="i", job="j", x="1", y="2"}';
    expect(sink.take()).toEqual([1, 2, 3, 4].map((one) => [series, one, one]));
    expect(sink.labelled).toEqual([6, 0, 0, 0]);
  });

  it('have the labels of their own target, whatever others write in the same way', async () => {
    target.text = 'a 1\nb{x="y"} 2\n';
    await sessionOf().scrape(1000);
    const other = sessionOf({ job_name: 'k' });
    await other.scrape(2000);
    await other.scrape(3000);
    expect(sink.take().slice(2)).toEqual(
      [2000, 3000].flatMap((timeMs) => [
        ['a{instance="i", job="k"}', timeMs, 1],
        ['b{instance="i", job="k", x="y"}', timeMs, 2],
      ]),
    );
    expect(sink.labelled).toEqual([7, 7, 0]);
  });

  it('mark the end of a series that is gone, once, and count it as added when it is back', async () => {
    const session = sessionOf();
    const added: unknown[] = [];
    for (const [i, text] of ['a 1\nb 1\n', 'a 2\n', 'a 3\n', 'a 4\nb 4\n'].entries()) {
      target.text = text;
      await session.scrape((i + 1) * 1000);
      added.push(sink.stored.find(([series]) => series.startsWith('scrape_series_added'))?.[2]);
      if (i < 3) sink.stored = sink.stored.filter(([series]) => /^b/.test(series));
    }
    expect(sink.take().filter(([series]) => /^b/.test(series))).toEqual([
      [`b${AT}`, 1000, 1],
      [`b${AT}`, 2000, 'stale'],
      [`b${AT}`, 4000, 4],
    ]);
    expect(added).toEqual([2, 0, 0, 1]);
  });

  it('mark the end of all series when one fails, and go on with them as known afterwards', async () => {
    target.text = 'a 1\nb 1\n';
    const session = sessionOf();
    await session.scrape(1000);
    sink.stored = [];
    const { answer } = target;
    target.answer = (response) => response.writeHead(503).end();
    await session.scrape(2000);
    expect(sink.stored.slice(0, 2)).toEqual([
      [`a${AT}`, 2000, 'stale'],
      [`b${AT}`, 2000, 'stale'],
    ]);
    expect(sink.takeReports()).toEqual({
      up: 0,
      scrape_samples_scraped: 0,
      scrape_samples_post_metric_relabeling: 0,
      scrape_series_added: 0,
    });
    expect(session.status).toMatchObject({ health: 'down', lastError: expect.stringContaining('503') });
    await session.scrape(3000);
    expect(sink.take()).toEqual([]);
    target.answer = answer;
    await session.scrape(4000);
    expect(sink.takeReports()).toMatchObject({ up: 1, scrape_series_added: 0 });
    expect(observed.map(({ error }) => error?.code)).toEqual([
      undefined,
      'scrape_status',
      'scrape_status',
      undefined,
    ]);
  });

  it('store nothing of a text with a line that cannot be read, and say where it is', async () => {
    target.text = 'a 1\nb 2\n';
    const session = sessionOf();
    await session.scrape(1000);
    sink.stored = [];
    target.text = 'a 2\nc 1\nb{ 2\n';
    await session.scrape(2000);
    expect(sink.take()).toEqual([
      [`a${AT}`, 2000, 'stale'],
      [`b${AT}`, 2000, 'stale'],
    ]);
    expect(session.status.lastError).toMatch(/^line 3, column 4: /);
    expect(observed.at(-1)?.error?.code).toBe('scrape_malformed');
    target.text = 'a 3\nc 3\n';
    await session.scrape(3000);
    expect(sink.takeReports()).toMatchObject({ scrape_series_added: 1 });
  });

  it('take times that the target gives, whose ends are not marked unless that is asked for', async () => {
    for (const [more, expected] of [
      [{}, [[`a${AT}`, 77, 1]]],
      [
        { track_timestamps_staleness: true },
        [
          [`a${AT}`, 77, 1],
          [`a${AT}`, 2000, 'stale'],
        ],
      ],
      [
        { honor_timestamps: false },
        [
          [`a${AT}`, 1000, 1],
          [`a${AT}`, 2000, 'stale'],
        ],
      ],
    ] as const) {
      const session = sessionOf(more);
      target.text = 'a 1 77\n';
      await session.scrape(1000);
      target.text = '';
      await session.scrape(2000);
      expect(sink.take()).toEqual(expected);
    }
  });

  it('take the first of two samples of a series at one time', async () => {
    target.text = 'a 1\na 2\n';
    await sessionOf().scrape(1000);
    expect(sink.stored.filter(([series]) => series === `a${AT}`)).toEqual([[`a${AT}`, 1000, 1]]);
    expect(sink.takeReports()).toMatchObject({ scrape_samples_scraped: 2, scrape_series_added: 1 });
  });

  it('relabel series, and remember those that are dropped', async () => {
    target.text = 'a 1\nb 2\nc 3\n';
    const session = sessionOf({
      metric_relabel_configs: [
        { source_labels: ['__name__'], regex: 'b', action: 'drop' },
        { source_labels: ['__name__'], regex: 'c', target_label: 'was', replacement: 'c' },
      ],
    });
    await session.scrape(1000);
    await session.scrape(2000);
    expect(new Set(sink.stored.map(([series]) => series).filter((series) => /^[abc]/.test(series)))).toEqual(
      new Set([`a${AT}`, 'c{instance="i", job="j", was="c"}']),
    );
    expect(sink.takeReports()).toEqual({
      up: 1,
      scrape_samples_scraped: 3,
      scrape_samples_post_metric_relabeling: 2,
      scrape_series_added: 0,
    });
    expect(sink.labelled).toEqual([7, 0]);
  });

  it.each([
    [{ sample_limit: 2 }, 'a 1\nb 2\nc 3\n', 'sample_limit', 3],
    [{ label_limit: 4 }, 'a 1\nb{x="1",y="2"} 2\n', 'label_limit', 2],
    [{ label_name_length_limit: 8 }, 'a{ninechars="1"} 1\n', 'label_name_length_limit', 1],
    [{ label_value_length_limit: 3 }, 'a{x="long"} 1\n', 'label_value_length_limit', 1],
    [{ body_size_limit: '10B' }, 'a 1\nb 2\nc 3\n', 'longer than 10 bytes', 0],
  ])('fail past the limit %j', async (limits, text, said, scraped) => {
    target.text = text;
    const session = sessionOf(limits);
    await session.scrape(1000);
    expect(sink.stored.every(([series]) => /^(up|scrape)/.test(series))).toBe(true);
    expect(sink.takeReports()).toMatchObject({ up: 0, scrape_samples_scraped: scraped });
    expect(session.status.lastError).toContain(said);
    expect(observed[0].error?.code).toBe('scrape_limit');
  });

  it('do not mark the end of what the store refused, and say that it did', async () => {
    sink.refuses = (series) => series.startsWith('b');
    target.text = 'a 1\nb 1\n';
    const session = sessionOf();
    await session.scrape(1000);
    expect(session.status).toMatchObject({ health: 'up', lastError: '1 samples refused' });
    sink.refuses = () => false;
    target.text = '';
    sink.stored = [];
    await session.scrape(2000);
    expect(sink.take()).toEqual([[`a${AT}`, 2000, 'stale']]);
  });

  it('lose nothing but themselves when the store takes nothing', async () => {
    target.text = 'a 1\nb 1\n';
    const session = sessionOf();
    await session.scrape(1000);
    sink.stored = [];
    sink.failure = new TinyObsError('store_full', 'full');
    target.text = 'a 2\n';
    await session.scrape(2000);
    expect(session.status).toMatchObject({ health: 'up', lastError: 'not stored: full' });
    expect(observed.at(-1)?.error?.code).toBe('store_full');
    sink.failure = undefined;
    await session.scrape(3000);
    expect(sink.take()).toEqual([
      [`a${AT}`, 3000, 2],
      [`b${AT}`, 3000, 'stale'],
    ]);
  });

  it('keep the metadata of the target, and tell the store of it when it changes', async () => {
    target.text = '# TYPE a counter\n# HELP a Helps.\na 1\n';
    const session = sessionOf();
    for (const timeMs of [1000, 2000]) await session.scrape(timeMs);
    expect(sink.metadata).toEqual(['a counter']);
    target.text = '# TYPE a gauge\na 1\n';
    await session.scrape(3000);
    expect(sink.metadata).toEqual(['a counter', 'a gauge']);
    expect(session.metadata).toEqual([{ metric: 'a', type: 'gauge', help: '', unit: '' }]);
  });

  it('end the series that other rules do not make any more', async () => {
    target.text = 'a 1\nb 1\n';
    const session = sessionOf();
    await session.scrape(1000);
    sink.stored = [];
    const job = jobOf({
      metric_relabel_configs: [{ source_labels: ['__name__'], regex: 'b', action: 'drop' }],
    });
    session.reconfigure(targetOf(job), contextOf(job));
    await session.scrape(2000);
    // The later sample of a series and time counts.
    const last = new Map(sink.take().map(([series, , value]) => [series, value]));
    expect(last).toEqual(
      new Map<string, unknown>([
        [`a${AT}`, 1],
        [`b${AT}`, 'stale'],
      ]),
    );
    await session.scrape(3000);
    expect(sink.take()).toEqual([[`a${AT}`, 3000, 1]]);
  });

  it('are never two at a time, and take another configuration between two', async () => {
    target.text = 'a 1\n';
    const answer = target.answer;
    let isHeld = true;
    target.answer = (response, request) => {
      const timer = setInterval(() => {
        if (isHeld) return;
        clearInterval(timer);
        answer(response, request);
      }, 5);
    };
    const session = sessionOf();
    const scrapes = [session.scrape(1000), session.scrape(2000)];
    await expect.poll(() => target.requests.length).toBe(1);
    const job = jobOf({ metric_relabel_configs: [{ target_label: 'x', replacement: 'y' }] });
    const before = client;
    session.reconfigure(targetOf(job), contextOf(job));
    expect(client).not.toBe(before);
    isHeld = false;
    await Promise.all(scrapes);
    expect(sink.take()).toEqual([[`a${AT}`, 1000, 1]]);
    await session.scrape(3000);
    expect(target.requests).toHaveLength(2);
    expect(sink.take()).toEqual([
      [`a${AT}`, 3000, 'stale'],
      ['a{instance="i", job="j", x="y"}', 3000, 1],
    ]);
  });

  it('end with a marker for every series, but for those that another target goes on with', async () => {
    target.text = 'a 1\nb 1\n';
    const leaving = sessionOf();
    await leaving.scrape(1000);
    const staying = sessionOf();
    target.text = 'a 2\n';
    await staying.scrape(1500);
    sink.stored = [];
    await leaving.end(2000, [staying]);
    expect(sink.stored).toEqual([[`b${AT}`, 2000, 'stale']]);
    sink.stored = [];
    await staying.end(3000, []);
    expect(sink.stored.map(([series, timeMs, value]) => [series.split('{')[0], timeMs, value])).toEqual(
      [
        'a',
        'up',
        'scrape_duration_seconds',
        'scrape_samples_scraped',
        'scrape_samples_post_metric_relabeling',
        'scrape_series_added',
      ].map((metric) => [metric, 3000, 'stale']),
    );
  });

  it('leave nothing behind when the target was never scraped, or is left in the middle', async () => {
    await sessionOf().end(1000, []);
    target.answer = () => undefined;
    const session = sessionOf();
    const scraping = session.scrape(1000);
    await expect.poll(() => target.requests.length).toBe(1);
    session.abort();
    await scraping;
    expect(sink.stored).toEqual([]);
    expect(session.status.health).toBe('unknown');
  });

  it('read OpenMetrics, with exemplars, of which one that cannot be kept is left out', async () => {
    target.answer = (response) =>
      response
        .writeHead(200, { 'Content-Type': 'application/openmetrics-text; version=1.0.0' })
        .end(target.text);
    target.text = [
      '# TYPE a counter',
      'a_total 5 # {id="x"} 1',
      'a_created 1.5 2.25',
      `b 1 # {id="${'y'.repeat(200)}"} 1`,
      '# EOF\n',
    ].join('\n');
    const session = sessionOf({ metric_relabel_configs: [{ regex: 'none', action: 'labeldrop' }] });
    await session.scrape(1000);
    await session.scrape(2000);
    expect(session.status).toMatchObject({ health: 'up', lastError: '' });
    expect(sink.exemplars).toEqual(['{id="x"} 1', '{id="x"} 1']);
    expect(sink.take().slice(0, 3)).toEqual([
      [`a_total${AT}`, 1000, 5],
      [`a_created${AT}`, 2250, 1.5],
      [`b${AT}`, 1000, 1],
    ]);
    target.text = 'a_total 6\n';
    await session.scrape(3000);
    expect(session.status.lastError).toContain('# EOF');
    expect(observed.at(-1)?.error?.code).toBe('scrape_malformed');
  });

  it('let an empty label of a series take away that of the target where labels are honoured', async () => {
    target.text = 'a{instance=""} 1\n';
    await sessionOf({ honor_labels: true }).scrape(1000);
    await sessionOf().scrape(2000);
    expect(sink.take().map(([series]) => series)).toEqual(['a{job="j"}', `a${AT}`]);
  });

  it('keep or rename labels that the target has, too', async () => {
    target.text = 'a{job="own",exported_job="x",other=""} 1\n';
    await sessionOf().scrape(1000);
    await sessionOf({ honor_labels: true }).scrape(2000);
    expect(sink.take().map(([series]) => series)).toEqual([
      String(
        Labels.fromObject({
          __name__: 'a',
          exported_exported_job: 'own',
          exported_job: 'x',
          instance: 'i',
          job: 'j',
        }),
      ),
      String(Labels.fromObject({ __name__: 'a', exported_job: 'x', instance: 'i', job: 'own' })),
    ]);
  });
});
