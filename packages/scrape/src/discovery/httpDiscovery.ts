import { TinyObsError } from '@tinyobs/model';
import type { DiscoveryConfig } from '../config/scrapeJob.js';
import { HttpClient } from '../fetch/httpClient.js';
import { DISCOVERY_BYTES_MAX, DISCOVERY_TIMEOUT_MS } from '../limits.js';
import type { DiscoveryContext, TargetGroup } from './discovery.js';
import { Pause } from './pause.js';
import { readGroups, withoutGone } from './readGroups.js';

type HttpConfig = Extract<DiscoveryConfig, { kind: 'http' }>;

/**
 * Asks a URL for targets at every `refresh_interval`. While there is no good answer those of the last one stay.
 *
 * Source: https://prometheus.io/docs/prometheus/latest/http_sd/
 */
export async function* discoverByHttp(
  config: HttpConfig,
  context: DiscoveryContext,
  signal: AbortSignal,
): AsyncGenerator<readonly TargetGroup[]> {
  const client = new HttpClient(config.http, context.guard);
  const pause = new Pause();
  let sources: readonly string[] = [];
  try {
    while (!signal.aborted) {
      try {
        const groups = await askForGroups(client, config, context, signal);
        yield withoutGone(groups, sources);
        sources = groups.map(({ source }) => source);
      } catch (cause) {
        if (!signal.aborted) context.onProblem(about(config.url, cause));
      }
      await pause.wait(config.refreshMs, signal);
    }
  } finally {
    client.close();
  }
}

async function askForGroups(
  client: HttpClient,
  { url, refreshMs }: HttpConfig,
  { budget, userAgent }: DiscoveryContext,
  signal: AbortSignal,
): Promise<TargetGroup[]> {
  const { contentType, body } = await client.get(url, {
    headers: {
      'User-Agent': userAgent,
      Accept: 'application/json',
      'Accept-Encoding': 'gzip',
      'X-Prometheus-Refresh-Interval-Seconds': String(refreshMs / 1000),
    },
    timeoutMs: Math.min(DISCOVERY_TIMEOUT_MS, Math.max(refreshMs, 1000)),
    bytesMax: DISCOVERY_BYTES_MAX,
    budget,
    signal,
  });
  try {
    if (!/^application\/json(?:\s*;\s*charset\s*=\s*"?utf-8"?)?\s*$/i.test(contentType)) {
      throw new Error(`the answer is ${contentType || 'of no type'}, not application/json`);
    }
    const text = new TextDecoder().decode(body.bytes);
    return readGroups(text, { isJson: true, source: url, labels: { __meta_url: url } });
  } finally {
    body.release();
  }
}

function about(url: string, cause: unknown): TinyObsError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TinyObsError('discovery_failed', `targets cannot be had from ${url}: ${reason}`, { cause });
}
