import { hostname } from 'node:os';
import { formatDuration, type Labels, type MetricMetadata } from '@tinyobs/model';
import type { ScrapedTarget, Scraper } from '@tinyobs/scrape';
import type { BodyLimits } from '../http/body.js';
import { clientGone, type Request, type Response } from '../http/exchange.js';
import { readParameters } from '../http/form.js';
import { sendJson, streamJson } from '../http/respond.js';
import type { Route } from './route.js';

/** What Prometheus says of a target that was not scraped yet. */
const NEVER = '0001-01-01T00:00:00Z';

export interface ScrapeContext {
  readonly scraper: Pick<Scraper, 'jobs' | 'targets' | 'dropped'>;
  readonly bodies: BodyLimits;
}

/**
 * What is scraped and how it fares.
 * Source: https://prometheus.io/docs/prometheus/latest/querying/api/#targets
 */
export function scrapeRoutes(context: ScrapeContext): Route[] {
  return [
    {
      methods: ['GET'],
      path: '/api/v1/targets',
      errors: 'prometheus',
      handle: (request, response) => targets(request, response, context),
    },
    {
      methods: ['GET'],
      path: '/api/v1/targets/metadata',
      errors: 'prometheus',
      handle: (request, response) => targetsMetadata(request, response, context),
    },
    {
      methods: ['GET'],
      path: '/api/v1/scrape_pools',
      errors: 'prometheus',
      handle: async (_request, response) => {
        const data = { scrapePools: context.scraper.jobs };
        sendJson(response, 200, JSON.stringify({ status: 'success', data }));
      },
    },
  ];
}

async function targets(
  request: Request,
  response: Response,
  { scraper, bodies }: ScrapeContext,
): Promise<void> {
  const parameters = await readParameters(request, bodies);
  const state = parameters.text('state').toLowerCase();
  const job = parameters.text('scrapePool') || undefined;
  const isShown = (kind: string) => ['', 'any', kind].includes(state);
  const active = isShown('active') ? scraper.targets(job).map(activeTarget) : [];
  const dropped = isShown('dropped') ? scraper.dropped(job) : [];
  await streamJson(response, targetPieces(active, dropped));
}

function* targetPieces(
  active: readonly object[],
  dropped: ReturnType<Scraper['dropped']>,
): Generator<Uint8Array> {
  yield Buffer.from('{"status":"success","data":{"activeTargets":[');
  yield* listPieces(active);
  yield Buffer.from('],"droppedTargets":[');
  yield* listPieces(
    dropped.flatMap(({ job, kept }) =>
      kept.map((labels) => ({ discoveredLabels: labels.toObject(), scrapePool: job })),
    ),
  );
  const counts = Object.fromEntries(dropped.map(({ job, count }) => [job, count]));
  yield Buffer.from(`],"droppedTargetCounts":${JSON.stringify(counts)}}}`);
}

function* listPieces(items: readonly object[]): Generator<Uint8Array> {
  for (const [i, item] of items.entries()) yield Buffer.from((i > 0 ? ',' : '') + JSON.stringify(item));
}

function activeTarget({ job, target, status }: ScrapedTarget): object {
  const { lastScrapeMs, lastDurationSeconds, lastError, health } = status;
  return {
    discoveredLabels: target.discovered.toObject(),
    labels: target.labels.toObject(),
    scrapePool: job,
    scrapeUrl: target.url,
    globalUrl: globalUrl(target.url),
    lastError,
    lastScrape: lastScrapeMs === undefined ? NEVER : new Date(lastScrapeMs).toISOString(),
    lastScrapeDuration: lastDurationSeconds,
    health,
    scrapeInterval: formatDuration(target.intervalMs),
    scrapeTimeout: formatDuration(target.timeoutMs),
  };
}

/** The address of a target for others: where it is on this machine, under the machine's name. */
function globalUrl(url: string): string {
  return url.replace(/^(https?:\/\/)(?:localhost|127\.0\.0\.1|\[::1\])(?=[:/?]|$)/, `$1${hostname()}`);
}

async function targetsMetadata(
  request: Request,
  response: Response,
  { scraper, bodies }: ScrapeContext,
): Promise<void> {
  const parameters = await readParameters(request, bodies);
  const limit = parameters.wholeNumber('limit') ?? -1;
  const selected =
    parameters.text('match_target') === ''
      ? []
      : (await parameters.anyMatcherSets(clientGone(response), 'match_target')).slice(0, 1);
  const matches = (labels: Labels): boolean =>
    selected.every((matchers) => matchers.every((matcher) => matcher.matches(labels.get(matcher.name))));
  const metric = parameters.text('metric');
  const items: object[] = [];
  for (const { target, metadata } of scraper.targets()) {
    if (!matches(target.labels)) continue;
    for (const one of metadata) {
      if (limit >= 0 && items.length >= limit) break;
      if (metric === '' || one.metric === metric) items.push(metadataItem(target.labels, one, metric));
    }
  }
  await streamJson(response, metadataPieces(items));
}

function* metadataPieces(items: readonly object[]): Generator<Uint8Array> {
  yield Buffer.from('{"status":"success","data":[');
  yield* listPieces(items);
  yield Buffer.from(']}');
}

/** The metric is not repeated where it was asked for. */
function metadataItem(target: Labels, { metric, type, help, unit }: MetricMetadata, asked: string): object {
  return { target: target.toObject(), metric: asked === '' ? metric : undefined, type, help, unit };
}
