import { isDeepStrictEqual } from 'node:util';
import { BatchPool, type Labels, type MetricMetadata } from '@tinyobs/model';
import type { GlobalConfig, ScrapeConfig } from './config/scrapeConfig.js';
import { type DiscoveryConfig, type ScrapeJob, scrapeJobOf } from './config/scrapeJob.js';
import { type DiscoveryContext, discoveryOf } from './discovery/discovery.js';
import { TargetSource } from './discovery/targetSource.js';
import { AddressGuard } from './fetch/addressGuard.js';
import type { BytesBudget } from './fetch/readBody.js';
import { SYNC_DELAY_MS } from './limits.js';
import { ExposedSeries } from './loop/exposedSeries.js';
import { MetadataPool } from './loop/metadataPool.js';
import { type PoolContext, ScrapePool } from './loop/scrapePool.js';
import type { SampleSink, ScrapeObservation, TargetStatus } from './loop/targetSession.js';
import type { Target } from './target/target.js';

export interface ScraperOptions {
  readonly sink: SampleSink;
  /** The time in ms. */
  readonly now: () => number;
  /** Bytes of memory by which series that are exposed again are known. */
  readonly exposedBytesMax: number;
  /** Bytes of answers in memory at a time. */
  readonly budget: BytesBudget;
  /** Most bytes of one answer; read each time. */
  readonly bodyBytesMax: () => number;
  /** Whether link-local and metadata addresses may be asked; read each time. */
  readonly allowLinkLocal: () => boolean;
  readonly userAgent: string;
  readonly observe: ScraperObserver;
}

/** Is told what happens. */
export interface ScraperObserver {
  onScrape(observation: ScrapeObservation): void;
  /** How much later than planned a scrape begins. */
  onLate(latenessSeconds: number): void;
  /** Scrapes that were left out, since one took longer than the interval. */
  onSkipped(count: number): void;
  onDiscoveryProblem(kind: DiscoveryConfig['kind'], error: unknown): void;
  /** Anything else that went wrong and that no target shows. */
  onProblem(error: unknown): void;
}

export interface ScrapeSettings {
  readonly global: GlobalConfig;
  readonly scrapeConfigs: readonly ScrapeConfig[];
}

/** A target and how it fares. */
export interface ScrapedTarget {
  readonly job: string;
  readonly target: Target;
  readonly status: Readonly<TargetStatus>;
  readonly metadata: readonly MetricMetadata[];
}

interface RunningJob {
  readonly pool: ScrapePool;
  sources: readonly TargetSource[];
  timer: NodeJS.Timeout | undefined;
}

/** Scrapes the targets of all jobs, as the configuration that was applied last says, until it is closed. */
export class Scraper {
  readonly #options: ScraperOptions;
  readonly #context: PoolContext;
  readonly #jobs = new Map<string, RunningJob>();
  /** What goes on of jobs that are gone, until it is done. */
  readonly #retiring = new Set<ScrapePool>();
  readonly #closing = new Set<Promise<unknown>>();

  constructor(options: ScraperOptions) {
    this.#options = options;
    const { sink, exposedBytesMax, now, budget, bodyBytesMax, allowLinkLocal, userAgent, observe } = options;
    const guard = new AddressGuard({
      get allowLinkLocal() {
        return allowLinkLocal();
      },
    });
    this.#context = {
      ...{ sink, now, budget, bodyBytesMax, userAgent, guard },
      batches: new BatchPool(),
      exposed: new ExposedSeries({ sizeBytesMax: exposedBytesMax }),
      metadata: new MetadataPool(),
      observe: (observation) => observe.onScrape(observation),
      onLate: (latenessSeconds) => observe.onLate(latenessSeconds),
      onSkipped: (count) => observe.onSkipped(count),
      onProblem: (error) => observe.onProblem(error),
    };
  }

  /** Names of all jobs, in order. */
  get jobs(): string[] {
    return [...this.#jobs.keys()].sort();
  }

  /** Targets of a job, or of all. */
  targets(job?: string): ScrapedTarget[] {
    return this.#chosen(job).flatMap(([name, { pool }]) =>
      pool.sessions.map(({ target, status, metadata }) => ({ job: name, target, status, metadata })),
    );
  }

  /** Targets that relabelling dropped, the first of each job, and how many they are. */
  dropped(job?: string): { job: string; kept: readonly Labels[]; count: number }[] {
    return this.#chosen(job).map(([name, { pool }]) => ({
      job: name,
      kept: pool.dropped,
      count: pool.droppedCount,
    }));
  }

  /** Scrapes what the settings say from now on; what they leave as it was goes on undisturbed. */
  apply({ global, scrapeConfigs }: ScrapeSettings): void {
    const seed = JSON.stringify(global.external_labels);
    const jobs = new Map(scrapeConfigs.map((config) => [config.job_name, scrapeJobOf(config, global)]));
    for (const [name, running] of this.#jobs) if (!jobs.has(name)) this.#retire(name, running);
    for (const job of jobs.values()) {
      const running = this.#jobs.get(job.name);
      if (!running) this.#start(job, seed);
      else if (!isDeepStrictEqual(running.pool.job, job)) this.#change(running, job, seed);
    }
  }

  /** Stops all scrapes and marks the end of all series. */
  async close(): Promise<void> {
    const running = [...this.#jobs.values()];
    this.#jobs.clear();
    for (const { sources, timer } of running) {
      clearTimeout(timer);
      this.#closeSources(sources);
    }
    const pools = [...running.map(({ pool }) => pool), ...this.#retiring];
    await Promise.all(pools.map((pool) => pool.close()));
    await Promise.all(this.#closing);
  }

  #chosen(job: string | undefined): [name: string, running: RunningJob][] {
    const all = [...this.#jobs].sort(([a], [b]) => (a < b ? -1 : 1));
    return job === undefined ? all : all.filter(([name]) => name === job);
  }

  #start(job: ScrapeJob, seed: string): void {
    const running: RunningJob = {
      pool: new ScrapePool(job, seed, this.#context),
      sources: [],
      timer: undefined,
    };
    this.#jobs.set(job.name, running);
    this.#discover(running, job);
  }

  #change(running: RunningJob, job: ScrapeJob, seed: string): void {
    running.pool.reconfigure(job, seed);
    this.#discover(running, job);
  }

  /** Runs the discoveries of a job; those that run already go on. */
  #discover(running: RunningJob, job: ScrapeJob): void {
    const before = [...running.sources];
    running.sources = job.discoveries.map((config) => {
      const found = before.findIndex((source) => isDeepStrictEqual(source.config, config));
      return found >= 0 ? before.splice(found, 1)[0] : this.#startSource(running, config);
    });
    this.#closeSources(before);
    if (before.length > 0) this.#syncSoon(running);
  }

  #startSource(running: RunningJob, config: DiscoveryConfig): TargetSource {
    const { budget, userAgent, observe } = this.#options;
    const onProblem = (error: unknown) => observe.onDiscoveryProblem(config.kind, error);
    const context: DiscoveryContext = { guard: this.#context.guard, budget, userAgent, onProblem };
    return new TargetSource(config, discoveryOf(config, context), {
      onChange: () => this.#syncSoon(running),
      onProblem,
    });
  }

  #syncSoon(running: RunningJob): void {
    running.timer ??= setTimeout(() => {
      running.timer = undefined;
      running.pool.sync(running.sources.flatMap(({ groups }) => [...groups]));
    }, SYNC_DELAY_MS).unref();
  }

  #retire(name: string, { pool, sources, timer }: RunningJob): void {
    clearTimeout(timer);
    this.#jobs.delete(name);
    this.#closeSources(sources);
    this.#retiring.add(pool);
    void pool.retire().finally(() => this.#retiring.delete(pool));
  }

  #closeSources(sources: readonly TargetSource[]): void {
    for (const source of sources) {
      const closed = source.close().finally(() => this.#closing.delete(closed));
      this.#closing.add(closed);
    }
  }
}
