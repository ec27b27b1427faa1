import { z } from 'zod';
import {
  HTTP_CLIENT_KEYS,
  HTTP_CLIENT_UNSUPPORTED,
  hasOneCredential,
  ONE_CREDENTIAL,
} from './httpClientKeys.js';
import { relabelConfigSchema } from './relabelConfig.js';
import { duration, flag, httpUrl, labelMap, limit, list, section, size, text } from './values.js';

/** Ways to find targets that Prometheus has and TinyObs does not. */
const OTHER_DISCOVERIES = [
  'aws',
  'azure',
  'consul',
  'digitalocean',
  'docker',
  'dockerswarm',
  'ec2',
  'eureka',
  'gce',
  'hetzner',
  'ionos',
  'kubernetes',
  'kuma',
  'lightsail',
  'linode',
  'marathon',
  'nerve',
  'nomad',
  'openstack',
  'ovhcloud',
  'puppetdb',
  'scaleway',
  'serverset',
  'stackit',
  'triton',
  'uyuni',
  'vultr',
].map((name) => `${name}_sd_configs`);

const SCRAPE_UNSUPPORTED = [
  ...OTHER_DISCOVERIES,
  ...HTTP_CLIENT_UNSUPPORTED,
  'fallback_scrape_protocol',
  'native_histogram_bucket_limit',
  'native_histogram_min_bucket_factor',
  'scrape_classic_histograms',
  'always_scrape_classic_histograms',
  'convert_classic_histograms_to_nhcb',
  'scrape_native_histograms',
  'metric_name_validation_scheme',
  'metric_name_escaping_scheme',
  'scrape_failure_log_file',
  'extra_scrape_metrics',
];

const GLOBAL_UNSUPPORTED = [
  'query_log_file',
  'scrape_failure_log_file',
  'rule_query_offset',
  'metric_name_validation_scheme',
  'metric_name_escaping_scheme',
  'convert_classic_histograms_to_nhcb',
  'always_scrape_classic_histograms',
  'scrape_native_histograms',
  'extra_scrape_metrics',
];

/** Formats that may be offered to a target, best first where none are named. */
export const SCRAPE_PROTOCOLS = [
  'OpenMetricsText1.0.0',
  'OpenMetricsText0.0.1',
  'PrometheusText0.0.4',
] as const;

export type ScrapeProtocol = (typeof SCRAPE_PROTOCOLS)[number];

/** Limits that a job may have, and `global` for all jobs; 0 for none. */
const LIMIT_KEYS = {
  body_size_limit: size().optional(),
  sample_limit: limit().optional(),
  target_limit: limit().optional(),
  label_limit: limit().optional(),
  label_name_length_limit: limit().optional(),
  label_value_length_limit: limit().optional(),
  keep_dropped_targets: limit().optional(),
  scrape_protocols: list(
    z.enum(SCRAPE_PROTOCOLS, {
      error: `one of ${SCRAPE_PROTOCOLS.join(', ')}, which are those that TinyObs reads`,
    }),
  )
    .min(1, 'at least one protocol')
    .refine((names) => new Set(names).size === names.length, 'each protocol once')
    .optional(),
};

/** What `global` of Prometheus says about scraping. `evaluation_interval` is for rules, of which there are none. */
export const globalConfigSchema = section(
  {
    scrape_interval: duration().optional(),
    scrape_timeout: duration().optional(),
    evaluation_interval: duration().optional(),
    external_labels: labelMap().default({}),
    ...LIMIT_KEYS,
  },
  GLOBAL_UNSUPPORTED,
);

/** An address as `host:port` or `host`. */
const address = text('an address like host:9100').refine(
  (given) => given !== '' && !/[/\s]/.test(given),
  'an address like host:9100, without scheme and path',
);

/** Targets and labels that all of them have. */
export const targetGroupSchema = section({
  targets: list(address).default([]),
  labels: labelMap().default({}),
});

const fileDiscovery = section({
  files: list(
    text('a path that ends in .json, .yml or .yaml').regex(
      /^[^*?[]*[^/]*\.(json|yml|yaml)$/i,
      'a path that ends in .json, .yml or .yaml, with * or ? in its last part only',
    ),
  ).min(1, 'at least one file'),
  refresh_interval: duration().prefault('5m'),
});

const httpDiscovery = section(
  { url: httpUrl(), refresh_interval: duration().prefault('1m'), ...HTTP_CLIENT_KEYS },
  HTTP_CLIENT_UNSUPPORTED,
).refine(hasOneCredential, ONE_CREDENTIAL);

const dnsDiscovery = section({
  names: list(text().min(1, 'a name')).min(1, 'at least one name'),
  type: z
    .string({ error: 'SRV, A or AAAA' })
    .transform((type) => type.toUpperCase())
    .pipe(z.enum(['SRV', 'A', 'AAAA'], { error: 'SRV, A or AAAA, which are those that TinyObs asks for' }))
    .default('SRV'),
  port: limit()
    .refine((port) => port >= 1 && port <= 65_535, 'a port')
    .optional(),
  refresh_interval: duration().prefault('30s'),
}).refine(({ type, port }) => type === 'SRV' || port !== undefined, 'a port, which A and AAAA need');

/** One entry of `scrape_configs`, as it is written. */
export const scrapeConfigSchema = section(
  {
    job_name: text('a job name').min(1, 'a job name'),
    scrape_interval: duration().optional(),
    scrape_timeout: duration().optional(),
    metrics_path: text().default('/metrics'),
    scheme: z.enum(['http', 'https'], { error: 'http or https' }).default('http'),
    params: z.record(z.string(), list(text()), { error: 'lists of texts by parameter' }).default({}),
    honor_labels: flag().default(false),
    honor_timestamps: flag().default(true),
    track_timestamps_staleness: flag().default(false),
    enable_compression: flag().default(true),
    static_configs: list(targetGroupSchema).default([]),
    file_sd_configs: list(fileDiscovery).default([]),
    http_sd_configs: list(httpDiscovery).default([]),
    dns_sd_configs: list(dnsDiscovery).default([]),
    relabel_configs: list(relabelConfigSchema).default([]),
    metric_relabel_configs: list(relabelConfigSchema).default([]),
    ...LIMIT_KEYS,
    ...HTTP_CLIENT_KEYS,
  },
  SCRAPE_UNSUPPORTED,
).refine(hasOneCredential, ONE_CREDENTIAL);

export const scrapeConfigsSchema = list(scrapeConfigSchema);

export type GlobalConfig = z.output<typeof globalConfigSchema>;
export type ScrapeConfig = z.output<typeof scrapeConfigSchema>;
export type TargetGroupConfig = z.output<typeof targetGroupSchema>;
/** As they are written, before defaults are filled in. */
export type GlobalConfigInput = z.input<typeof globalConfigSchema>;
export type ScrapeConfigInput = z.input<typeof scrapeConfigSchema>;
