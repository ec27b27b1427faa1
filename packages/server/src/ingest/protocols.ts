/**
 * The ways samples come in, as metrics and `/v1/ingest/status` name them; `go_tinyobs` are imports of what the Go
 * TinyObs has exported, `embedded` is what the host of an embedded TinyObs writes without HTTP, `self` are the own
 * metrics.
 */
export const PROTOCOLS = [
  'json',
  'text',
  'remote_write',
  'otlp',
  'pushgateway',
  'statsd',
  'influx',
  'go_tinyobs',
  'scrape',
  'embedded',
  'self',
] as const;

export type Protocol = (typeof PROTOCOLS)[number];
