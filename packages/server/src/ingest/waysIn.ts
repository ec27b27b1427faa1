import type { LiveConfig } from '../config/liveConfig.js';
import type { MemoryBudget } from '../config/memoryBudget.js';
import type { Log } from '../log.js';
import type { LogLines } from '../logLines.js';
import { startPushgateway } from '../pushgateway/startPushgateway.js';
import type { IngestContext } from '../routes/ingestReport.js';
import { pushgatewayRoutes } from '../routes/pushgatewayRoutes.js';
import type { Route } from '../routes/route.js';
import { scrapeRoutes } from '../routes/scrapeRoutes.js';
import { startScraping } from '../scrape/scraping.js';
import { startStatsd } from '../statsd/startStatsd.js';

/** The ways in that do something by themselves. */
export interface WaysIn {
  /** What shows and changes them. */
  readonly routes: readonly Route[];
  /** Stops them, after what is under way is done. */
  close(): Promise<void>;
}

export interface WaysInParts {
  readonly budget: MemoryBudget;
  readonly log: Log;
  readonly lines: LogLines;
}

/**
 * Starts what takes samples in without being asked by a request of HTTP.
 *
 * @throws TinyObsError `listen_failed`, `store_corrupt`: the store is closed then
 */
export async function startWaysIn(
  live: LiveConfig,
  context: IngestContext,
  { budget, log, lines }: WaysInParts,
): Promise<WaysIn> {
  try {
    const pushed = await startPushgateway(live, context, {
      sizeBytesMax: budget.pushedGroupsBytesMax,
      lines,
    });
    const statsd = await startStatsd(live, context, {
      sizeBytesMax: budget.statsdBytesMax,
      log,
      lines,
    }).catch(async (error: unknown) => {
      await pushed.close();
      throw error;
    });
    const scraper = startScraping(live, context, { exposedBytesMax: budget.exposedSeriesBytesMax, lines });
    const close = async (): Promise<void> => {
      await scraper.close();
      await pushed.close();
      await statsd?.close();
    };
    const routes = [
      ...pushgatewayRoutes(context, pushed, () => live.current.pushgateway.ttl),
      ...scrapeRoutes({ scraper, bodies: context.bodies }),
    ];
    return { routes, close };
  } catch (error) {
    // Who starts again, when the port is free, must find the store closed.
    await context.store.close();
    throw error;
  }
}
