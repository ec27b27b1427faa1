/** The ways samples come in, as metrics and `/v1/ingest/status` name them; `self` are the own metrics. */
export const PROTOCOLS = [
  'json',
  'text',
  'remote_write',
  'otlp',
  'pushgateway',
  'statsd',
  'influx',
  'scrape',
  'self',
] as const;

export type Protocol = (typeof PROTOCOLS)[number];
