import { TinyObsError } from '@tinyobs/model';
import { Scraper, type ScraperObserver } from '@tinyobs/scrape';
import type { LiveConfig } from '../config/liveConfig.js';
import { scrapeSettings } from '../config/scrapeSchema.js';
import type { LogLines } from '../logLines.js';
import type { IngestContext } from '../routes/ingestReport.js';
import { registerScrapeMetrics, type ScrapeMetrics } from '../selfMonitoring/scrapeMetrics.js';
import { VERSION } from '../version.js';
import { ScrapeSink } from './scrapeSink.js';

/** Scrapes what the configuration in force says, into the store, until the scraper is closed. */
export function startScraping(
  live: LiveConfig,
  ingest: IngestContext,
  { exposedBytesMax, lines }: { readonly exposedBytesMax: number; readonly lines: LogLines },
): Scraper {
  const { bodies, metrics, now } = ingest;
  const scraped = registerScrapeMetrics(metrics.registry, {
    targets: () => scraper.targets(),
    dropped: () => scraper.dropped(),
  });
  const scraper = new Scraper({
    sink: new ScrapeSink(ingest),
    now,
    exposedBytesMax,
    budget: bodies.budget,
    bodyBytesMax: () => bodies.sizeBytesMax,
    allowLinkLocal: () => live.current.scrape.allowLinkLocal,
    userAgent: `TinyObs/${VERSION}`,
    observe: observer(scraped, ingest, lines),
  });
  scraper.apply(scrapeSettings(live.current.scrape));
  live.onChange((next) => scraper.apply(scrapeSettings(next.scrape)));
  return scraper;
}

/** Each scrape counts as a request of its protocol, although it was ours. */
function observer(
  scraped: ScrapeMetrics,
  { metrics, lastHeard }: IngestContext,
  lines: LogLines,
): ScraperObserver {
  const protocol = 'scrape';
  return {
    onScrape({ durationSeconds, error }) {
      scraped.seconds.observe(durationSeconds);
      metrics.ingestRequests.inc({ protocol });
      lastHeard.noteRequest(protocol);
      if (!error) return;
      const { code, message } = error;
      scraped.failures.inc({ code });
      metrics.requestsRefused.inc({ protocol, code });
      lastHeard.noteProblem(protocol, { code, message, place: {} });
    },
    onLate: (latenessSeconds) => scraped.lateness.observe(latenessSeconds),
    onSkipped: (count) => scraped.skipped.inc(count),
    onDiscoveryProblem(kind, error) {
      scraped.discoveryFailures.inc({ kind });
      lines.warn(
        `discovery ${kind}`,
        { err: error },
        'targets could not be discovered, those known before stay',
      );
    },
    onProblem(error) {
      const kind = error instanceof TinyObsError ? error.code : 'internal';
      lines.warn(`scrape ${kind}`, { err: error }, 'something about scraping went wrong');
    },
  };
}
