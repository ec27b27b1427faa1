import type { HttpMetrics, MetricSource } from './exchange.js';
import { openTelemetryMetrics } from './openTelemetryMetrics.js';
import { prometheusMetrics } from './prometheusMetrics.js';

export interface HostOptions {
  /**
   * Whose names metrics and labels have: Prometheus' (`http_request_duration_seconds` by `method`), or those of
   * OpenTelemetry's semantic conventions (`http_server_request_duration_seconds` by `http_request_method`).
   * Default `prometheus`.
   */
  readonly conventions?: 'prometheus' | 'opentelemetry';
}

export function httpMetrics(client: MetricSource, { conventions }: HostOptions): HttpMetrics {
  return conventions === 'opentelemetry' ? openTelemetryMetrics(client) : prometheusMetrics(client);
}
