import type { ValueProblem } from './checkValue.js';
import { type HttpClientConfig, httpClientConfigOf } from './httpClientKeys.js';
import type { RelabelConfig } from './relabelConfig.js';
import {
  type GlobalConfig,
  SCRAPE_PROTOCOLS,
  type ScrapeConfig,
  type ScrapeProtocol,
  type TargetGroupConfig,
} from './scrapeConfig.js';

const INTERVAL_MS = 60_000;
const TIMEOUT_MS = 10_000;

/** What is scraped and how, with what `global` says filled in: plain data, so that two can be compared. */
export interface ScrapeJob {
  readonly name: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly metricsPath: string;
  readonly scheme: 'http' | 'https';
  readonly params: Readonly<Record<string, readonly string[]>>;
  readonly honorLabels: boolean;
  readonly honorTimestamps: boolean;
  readonly trackTimestampsStaleness: boolean;
  readonly compression: boolean;
  readonly protocols: readonly ScrapeProtocol[];
  readonly http: HttpClientConfig;
  readonly relabeling: readonly RelabelConfig[];
  readonly metricRelabeling: readonly RelabelConfig[];
  readonly limits: JobLimits;
  readonly discoveries: readonly DiscoveryConfig[];
}

/** 0 for none. */
export interface JobLimits {
  readonly bodyBytes: number;
  readonly samples: number;
  readonly targets: number;
  readonly labels: number;
  readonly labelNameBytes: number;
  readonly labelValueBytes: number;
  readonly droppedTargetsKept: number;
}

/** Where targets come from. */
export type DiscoveryConfig =
  | { readonly kind: 'static'; readonly groups: readonly TargetGroupConfig[] }
  | { readonly kind: 'file'; readonly files: readonly string[]; readonly refreshMs: number }
  | {
      readonly kind: 'http';
      readonly url: string;
      readonly refreshMs: number;
      readonly http: HttpClientConfig;
    }
  | {
      readonly kind: 'dns';
      readonly names: readonly string[];
      readonly type: 'SRV' | 'A' | 'AAAA';
      readonly port: number | undefined;
      readonly refreshMs: number;
    };

/** What one value needs of another; paths begin at `scrape_configs` or `global`. */
export function problemsTogether(global: GlobalConfig, configs: readonly ScrapeConfig[]): ValueProblem[] {
  const problems: ValueProblem[] = [];
  const { intervalMs, timeoutMs } = globalTimes(global);
  if (timeoutMs > intervalMs) {
    problems.push({
      path: ['global', 'scrape_timeout'],
      message: 'expected a scrape_timeout of at most scrape_interval',
    });
  }
  const names = new Set<string>();
  for (const [i, config] of configs.entries()) {
    if (names.has(config.job_name)) {
      problems.push({
        path: ['scrape_configs', i, 'job_name'],
        message: `expected each job_name once, but there is another job ${config.job_name}`,
      });
    }
    names.add(config.job_name);
    const job = scrapeJobOf(config, global);
    if (job.timeoutMs > job.intervalMs) {
      problems.push({
        path: ['scrape_configs', i, 'scrape_timeout'],
        message: `expected a scrape_timeout of at most the scrape_interval of the job ${job.name}`,
      });
    }
  }
  return problems;
}

export function scrapeJobOf(config: ScrapeConfig, global: GlobalConfig): ScrapeJob {
  const times = globalTimes(global);
  const intervalMs = config.scrape_interval || times.intervalMs;
  return {
    name: config.job_name,
    intervalMs,
    timeoutMs: config.scrape_timeout || Math.min(times.timeoutMs, intervalMs),
    metricsPath: config.metrics_path,
    scheme: config.scheme,
    params: config.params,
    honorLabels: config.honor_labels,
    honorTimestamps: config.honor_timestamps,
    trackTimestampsStaleness: config.track_timestamps_staleness,
    compression: config.enable_compression,
    protocols: config.scrape_protocols ?? global.scrape_protocols ?? SCRAPE_PROTOCOLS,
    http: httpClientConfigOf(config),
    relabeling: config.relabel_configs,
    metricRelabeling: config.metric_relabel_configs,
    limits: limitsOf(config, global),
    discoveries: discoveriesOf(config),
  };
}

/** 0 stands for what is not said, as in Prometheus. */
function globalTimes(global: GlobalConfig): { intervalMs: number; timeoutMs: number } {
  const intervalMs = global.scrape_interval || INTERVAL_MS;
  return { intervalMs, timeoutMs: global.scrape_timeout || Math.min(TIMEOUT_MS, intervalMs) };
}

function limitsOf(config: ScrapeConfig, global: GlobalConfig): JobLimits {
  const limit = (key: keyof typeof config & keyof typeof global) => Number(config[key] || global[key] || 0);
  return {
    bodyBytes: limit('body_size_limit'),
    samples: limit('sample_limit'),
    targets: limit('target_limit'),
    labels: limit('label_limit'),
    labelNameBytes: limit('label_name_length_limit'),
    labelValueBytes: limit('label_value_length_limit'),
    droppedTargetsKept: limit('keep_dropped_targets'),
  };
}

function discoveriesOf(config: ScrapeConfig): DiscoveryConfig[] {
  const groups = config.static_configs;
  return [
    ...(groups.length > 0 ? [{ kind: 'static' as const, groups }] : []),
    ...config.file_sd_configs.map(({ files, refresh_interval: refreshMs }) => ({
      kind: 'file' as const,
      files,
      refreshMs,
    })),
    ...config.http_sd_configs.map((keys) => ({
      kind: 'http' as const,
      url: keys.url,
      refreshMs: keys.refresh_interval,
      http: httpClientConfigOf(keys),
    })),
    ...config.dns_sd_configs.map(({ names, type, port, refresh_interval: refreshMs }) => ({
      kind: 'dns' as const,
      names,
      type,
      port,
      refreshMs,
    })),
  ];
}
