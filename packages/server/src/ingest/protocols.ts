/**
 * The ways samples come in, as metrics and `/v1/ingest/status` name them; `embedded` is what the host
 * of an embedded TinyObs writes without HTTP, `self` are the own metrics.
 */
export const PROTOCOLS = [
  'json',
  'text',
  'remote_write',
  'otlp',
  'pushgateway',
  'statsd',
  'influx',
  'scrape',
  'embedded',
  'self',
] as const;

export type Protocol = (typeof PROTOCOLS)[number];
