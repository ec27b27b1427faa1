import { createHash } from 'node:crypto';
import {
  type GlobalConfig,
  type HttpClientConfig,
  httpClientConfigOf,
  type RelabelConfig,
  type RemoteWriteConfig,
} from '@tinyobs/scrape';

/** Where samples are sent and how, with all defaults: plain data, so that two can be compared. */
export interface DestinationConfig {
  /** Under this name it is told how far the destination is. */
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly http: HttpClientConfig;
  /** Added to series that do not have them, before relabelling. */
  readonly externalLabels: Readonly<Record<string, string>>;
  readonly relabeling: readonly RelabelConfig[];
  readonly queue: QueueConfig;
  readonly metadata: { readonly send: boolean; readonly intervalMs: number; readonly perSend: number };
}

export interface QueueConfig {
  /** Samples that wait in a shard. */
  readonly capacity: number;
  readonly shardsMin: number;
  readonly shardsMax: number;
  readonly samplesPerSend: number;
  readonly deadlineMs: number;
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
  readonly retriesTooManyRequests: boolean;
  /** Older samples are not sent; 0 for none. */
  readonly ageMaxMs: number;
}

export function destinationConfigOf(config: RemoteWriteConfig, global: GlobalConfig): DestinationConfig {
  const { queue_config: queue, metadata_config: metadata } = config;
  return {
    name: config.name ?? nameOf(config.url),
    url: config.url,
    headers: config.headers,
    timeoutMs: config.remote_timeout,
    http: httpClientConfigOf(config),
    externalLabels: global.external_labels,
    relabeling: config.write_relabel_configs,
    queue: {
      capacity: queue.capacity,
      shardsMin: queue.min_shards,
      shardsMax: queue.max_shards,
      samplesPerSend: queue.max_samples_per_send,
      deadlineMs: queue.batch_send_deadline,
      backoffMinMs: queue.min_backoff,
      backoffMaxMs: queue.max_backoff,
      retriesTooManyRequests: queue.retry_on_http_429,
      ageMaxMs: queue.sample_age_limit,
    },
    metadata: {
      send: metadata.send,
      intervalMs: metadata.send_interval,
      perSend: metadata.max_samples_per_send,
    },
  };
}

/** The same as long as the URL is, so that a destination goes on where it was. */
function nameOf(url: string): string {
  return createHash('sha256').update(url).digest('hex').slice(0, 8);
}
