import { isDeepStrictEqual } from 'node:util';
import { type BatchPool, type MetricMetadata, TinyObsError, type WriteBatch } from '@tinyobs/model';
import type { ScrapeJob } from '../config/scrapeJob.js';
import type { Answer, HttpClient } from '../fetch/httpClient.js';
import type { BytesBudget } from '../fetch/readBody.js';
import { TARGET_METADATA_MAX } from '../limits.js';
import type { Relabeling } from '../relabel/relabeling.js';
import type { Target } from '../target/target.js';
import { acceptHeader } from './decoders.js';
import type { ExposedSeries } from './exposedSeries.js';
import type { MetadataPool } from './metadataPool.js';
import { sampleLabels } from './sampleLabels.js';
import { ScrapeBatch, type ScrapeCounts } from './scrapeBatch.js';
import { addSeries, ReportSeries } from './scrapeReport.js';
import { SeriesCache } from './seriesCache.js';

/** Where scraped samples go. */
export interface SampleSink {
  /** As `WriteBatch.numbering`, of the store behind it. */
  readonly numbering: object;
  /** Stores a batch; resolves to what is to be said of the samples that were refused, undefined when none were. */
  append(batch: WriteBatch): Promise<string | undefined>;
}

/** What is told of each scrape. */
export interface ScrapeObservation {
  readonly durationSeconds: number;
  /** Why it failed, or could not be stored. */
  readonly error: TinyObsError | undefined;
}

/** What the targets of one job have in common. */
export interface SessionContext {
  readonly job: ScrapeJob;
  readonly client: HttpClient;
  readonly metricRelabeling: Relabeling;
  readonly sink: SampleSink;
  readonly batches: BatchPool;
  readonly exposed: ExposedSeries;
  readonly metadata: MetadataPool;
  readonly budget: BytesBudget;
  /** Most bytes of an answer, whatever the job says; read each time. */
  readonly bodyBytesMax: () => number;
  readonly userAgent: string;
  readonly observe: (observation: ScrapeObservation) => void;
}

export type TargetHealth = 'unknown' | 'up' | 'down';

export interface TargetStatus {
  health: TargetHealth;
  /** '' while nothing is wrong. */
  lastError: string;
  /** Undefined before the first scrape. */
  lastScrapeMs: number | undefined;
  lastDurationSeconds: number;
}

const NO_COUNTS: ScrapeCounts = { samples: 0, samplesKept: 0, seriesAdded: 0 };

/** The scrapes of one target, one after the other, and what goes on from one to the next. */
export class TargetSession {
  readonly status: TargetStatus = {
    health: 'unknown',
    lastError: '',
    lastScrapeMs: undefined,
    lastDurationSeconds: 0,
  };
  /** What the target last said of its metrics. */
  metadata: readonly MetricMetadata[] = [];
  /** Every scrape fails with it, without anybody being asked. */
  forcedError: TinyObsError | undefined;
  readonly cache = new SeriesCache();
  #target: Target;
  #context: SessionContext;
  /** What takes their place when the scrape at hand is done. */
  #next: { readonly target: Target; readonly context: SessionContext } | undefined;
  /** The scrape at hand. */
  #scraping: Promise<void> | undefined;
  #reports: ReportSeries;
  /** Series whose labels were made by other rules than now, of a store that numbers them so. */
  #outdated: { readonly numbering: object; readonly references: readonly number[] } | undefined;
  /** Whether the store has been told of the metadata. */
  #isMetadataStored = false;
  readonly #closing = new AbortController();

  constructor(target: Target, context: SessionContext) {
    this.#target = target;
    this.#context = context;
    this.#reports = new ReportSeries(target.labels);
  }

  get target(): Target {
    return this.#next?.target ?? this.#target;
  }

  /** Goes on with the same target under another configuration, after the scrape at hand. */
  reconfigure(target: Target, context: SessionContext): void {
    this.#next = { target, context };
    if (!this.#scraping) this.#takeNext();
  }

  /** Ends the request under way. */
  abort(): void {
    this.#closing.abort();
  }

  /** Scrapes once, unless it is at it already; never rejects. */
  scrape(timeMs: number): Promise<void> {
    this.#scraping ??= this.#scrape(timeMs).finally(() => {
      this.#scraping = undefined;
      this.#takeNext();
    });
    return this.#scraping;
  }

  /**
   * Marks the end of all series of the target, but for those that others go on with.
   *
   * @param others Sessions of targets with the same labels.
   * @throws TinyObsError those of the sink
   */
  async end(timeMs: number, others: readonly TargetSession[]): Promise<void> {
    await this.#scraping;
    if (this.status.lastScrapeMs === undefined) return;
    await this.#context.batches.use(async (batch) => {
      const made = this.#begin(batch, timeMs);
      for (const entry of this.cache.vanished()) {
        if (others.some((other) => this.cache.isTrackedIn(other.cache, entry)))
          this.cache.trackedAt[entry] = 0;
      }
      made.addEnds();
      if (!others.some(({ status }) => status.lastScrapeMs !== undefined)) {
        this.#reports.add(batch, timeMs, 'end');
      }
      await this.#context.sink.append(batch);
    });
  }

  #takeNext(): void {
    if (!this.#next) return;
    const { target, context } = this.#next;
    this.#next = undefined;
    if (!makesSameLabels(this.#context.job, context.job)) this.#outdate();
    this.#target = target;
    this.#context = context;
  }

  async #scrape(timeMs: number): Promise<void> {
    const startedMs = performance.now();
    let error: TinyObsError | undefined;
    const answer = await this.#fetch().catch((failure: TinyObsError) => {
      error = failure;
      return undefined;
    });
    if (this.#closing.signal.aborted) {
      answer?.body.release();
      return;
    }
    const durationSeconds = (performance.now() - startedMs) / 1000;
    error = await this.#store(timeMs, { answer, error, durationSeconds });
    Object.assign(this.status, { lastScrapeMs: timeMs, lastDurationSeconds: durationSeconds });
    this.#context.observe({ durationSeconds, error });
  }

  async #fetch(): Promise<Answer> {
    if (this.forcedError) throw this.forcedError;
    const { job, client, budget, bodyBytesMax, userAgent } = this.#context;
    const { timeoutMs, url } = this.#target;
    return client.get(url, {
      headers: {
        'User-Agent': userAgent,
        Accept: acceptHeader(job.protocols),
        'Accept-Encoding': job.compression ? 'gzip' : 'identity',
        'X-Prometheus-Scrape-Timeout-Seconds': String(timeoutMs / 1000),
      },
      timeoutMs,
      bytesMax: Math.min(job.limits.bodyBytes || Number.POSITIVE_INFINITY, bodyBytesMax()),
      budget,
      signal: this.#closing.signal,
    });
  }

  /** Stores what became of a scrape in one batch, so that all of it is there or nothing; gives what went wrong. */
  #store(
    timeMs: number,
    scraped: { answer: Answer | undefined; error: TinyObsError | undefined; durationSeconds: number },
  ): Promise<TinyObsError | undefined> {
    const { batches, sink } = this.#context;
    return batches.use(async (batch) => {
      let error = scraped.error;
      try {
        const made = await this.#make(batch, timeMs, scraped);
        error = made.error;
        const isUp = error === undefined;
        this.status.health = isUp ? 'up' : 'down';
        const { durationSeconds } = scraped;
        this.#reports.add(batch, timeMs, { isUp, durationSeconds, ...made.counts });
        const refused = await sink.append(batch);
        made.scrape.commit();
        this.#reports.learn(batch);
        this.#outdated = undefined;
        this.#isMetadataStored ||= batch.metadata.length > 0;
        if (isUp && made.counts.samples > 0) this.cache.forgetUnseen();
        this.status.lastError = error?.message ?? refused ?? '';
        return error;
      } catch (cause) {
        const failure = asError(cause);
        this.status.lastError = `${error ? `${error.message}; ` : ''}not stored: ${failure.message}`;
        return error ?? failure;
      }
    });
  }

  /** A scrape whose answer cannot be used leaves the ends of its series. */
  async #make(
    batch: WriteBatch,
    timeMs: number,
    { answer, error }: { answer: Answer | undefined; error: TinyObsError | undefined },
  ): Promise<{ scrape: ScrapeBatch; counts: ScrapeCounts; error?: TinyObsError }> {
    const scrape = this.#begin(batch, timeMs);
    if (!answer) {
      scrape.addEnds();
      return { scrape, counts: NO_COUNTS, error };
    }
    const { bytes, release } = answer.body;
    const { batches, exposed } = this.#context;
    try {
      await batches.use(async (found) => {
        exposed.decode(bytes, answer.contentType, found);
        await scrape.add(found, this.cache.entriesOf(found, exposed));
        this.#noteMetadata(found.metadata, batch);
      });
      scrape.addEnds();
      return { scrape, counts: scrape.counts };
    } catch (cause) {
      this.cache.forgetBorn();
      batch.clear();
      const ends = this.#begin(batch, timeMs);
      ends.addEnds();
      return { scrape: ends, counts: scrape.counts, error: asError(cause) };
    } finally {
      release();
    }
  }

  #begin(batch: WriteBatch, timeMs: number): ScrapeBatch {
    const { job, sink, metricRelabeling } = this.#context;
    const { numbering } = sink;
    batch.numbering = numbering;
    this.cache.begin(numbering);
    // Before all samples: where a series goes on under the rules in force, its sample of the same time counts.
    if (this.#outdated?.numbering === numbering) {
      for (const reference of this.#outdated.references) {
        batch.addStaleMarker(addSeries(batch, reference, undefined), timeMs, batch.sampleCount);
      }
    }
    const labels = {
      target: this.#target.labels,
      honorLabels: job.honorLabels,
      relabeling: metricRelabeling,
      limits: job.limits,
    };
    return new ScrapeBatch(batch, this.cache, {
      timeMs,
      honorTimestamps: job.honorTimestamps,
      trackTimestampsStaleness: job.trackTimestampsStaleness,
      samplesMax: job.limits.samples,
      labelsOf: (exposed) => sampleLabels(exposed, labels),
      dropsSeries: !metricRelabeling.isEmpty,
    });
  }

  /** The store is told of metadata when it is new or has changed. */
  #noteMetadata(found: readonly MetricMetadata[], batch: WriteBatch): void {
    const metadata = found.slice(0, TARGET_METADATA_MAX);
    if (!saysSame(metadata, this.metadata)) {
      this.metadata = this.#context.metadata.share(metadata);
      this.#isMetadataStored = false;
    }
    if (!this.#isMetadataStored) batch.metadata.push(...this.metadata);
  }

  /** The end of all series is marked in the next scrape, but for those that are in it again. */
  #outdate(): void {
    const { numbering } = this.#context.sink;
    this.#outdated = { numbering, references: this.cache.takeTracked(numbering) };
  }
}

/** By far the usual answer, for which a general comparison takes long. */
function saysSame(some: readonly MetricMetadata[], others: readonly MetricMetadata[]): boolean {
  return (
    some.length === others.length &&
    some.every((one, i) => {
      const other = others[i];
      return (
        one.metric === other.metric &&
        one.type === other.type &&
        one.help === other.help &&
        one.unit === other.unit
      );
    })
  );
}

function makesSameLabels(one: ScrapeJob, other: ScrapeJob): boolean {
  return (
    one.honorLabels === other.honorLabels &&
    isDeepStrictEqual(one.metricRelabeling, other.metricRelabeling) &&
    isDeepStrictEqual(one.limits, other.limits)
  );
}

function asError(cause: unknown): TinyObsError {
  if (cause instanceof TinyObsError) return cause;
  return new TinyObsError('internal', cause instanceof Error ? cause.message : String(cause), { cause });
}
