import type { ErrorCode } from '@tinyobs/model';
import type { ErrorStyle } from './respond.js';

/** The `errorType` of Prometheus' envelope; it has none of its own for keys. */
export type PrometheusErrorType =
  | 'bad_data'
  | 'execution'
  | 'timeout'
  | 'canceled'
  | 'internal'
  | 'not_found'
  | 'unavailable'
  | 'unauthorized'
  | 'forbidden';

interface HttpError {
  readonly status: number;
  readonly errorType: PrometheusErrorType;
  /** Seconds after which the same request may succeed. */
  readonly retryAfterSeconds?: number;
}

const BAD_DATA: HttpError = { status: 400, errorType: 'bad_data' };
const NO_KEY: HttpError = { status: 401, errorType: 'unauthorized' };
const FORBIDDEN: HttpError = { status: 403, errorType: 'forbidden' };
const SERIES_LIMIT: HttpError = { status: 429, errorType: 'bad_data' };
/** Of a configuration that is read again: the request is well, what it is about is not. */
const BAD_CONFIG: HttpError = { status: 422, errorType: 'bad_data' };
const INTERNAL: HttpError = { status: 500, errorType: 'internal' };

/** What each code is over HTTP. The one place where that is decided. */
export const ERROR_TABLE: Readonly<Record<ErrorCode, HttpError>> = {
  malformed_request: BAD_DATA,
  headers_too_large: { status: 431, errorType: 'bad_data' },
  request_timeout: { status: 408, errorType: 'timeout' },
  tls_required: BAD_DATA,
  malformed_json: BAD_DATA,
  malformed_body: BAD_DATA,
  body_too_large: { status: 413, errorType: 'bad_data' },
  unsupported_encoding: { status: 415, errorType: 'bad_data' },
  unsupported_media_type: { status: 415, errorType: 'bad_data' },
  invalid_parameter: BAD_DATA,
  not_found: { status: 404, errorType: 'not_found' },
  method_not_allowed: { status: 405, errorType: 'bad_data' },
  rate_limited: { status: 429, errorType: 'unavailable' },
  key_required: NO_KEY,
  key_unknown: NO_KEY,
  key_expired: NO_KEY,
  key_revoked: NO_KEY,
  scope_missing: { status: 403, errorType: 'unauthorized' },
  too_many_failures: { status: 429, errorType: 'unavailable' },
  too_many_keys: { status: 409, errorType: 'unavailable' },
  host_refused: FORBIDDEN,
  origin_refused: FORBIDDEN,
  dashboard_conflict: { status: 409, errorType: 'unavailable' },
  grant_needless: { status: 409, errorType: 'bad_data' },
  invalid_row: BAD_DATA,
  invalid_text_line: BAD_DATA,
  invalid_metric_name: BAD_DATA,
  invalid_label: BAD_DATA,
  invalid_value: BAD_DATA,
  invalid_timestamp: BAD_DATA,
  sample_too_old: BAD_DATA,
  sample_too_new: BAD_DATA,
  too_many_labels: BAD_DATA,
  label_name_too_long: BAD_DATA,
  label_value_too_long: BAD_DATA,
  too_many_series: SERIES_LIMIT,
  too_many_series_per_metric: SERIES_LIMIT,
  too_many_series_per_key: SERIES_LIMIT,
  query_parse: BAD_DATA,
  query_type: BAD_DATA,
  query_too_long: BAD_DATA,
  query_too_deep: BAD_DATA,
  query_too_many_points: BAD_DATA,
  query_too_many_series: { status: 422, errorType: 'execution' },
  query_too_many_samples: { status: 422, errorType: 'execution' },
  query_needs_raw: { status: 422, errorType: 'execution' },
  query_execution: { status: 422, errorType: 'execution' },
  query_response_too_large: { status: 422, errorType: 'execution' },
  query_timeout: { status: 503, errorType: 'timeout' },
  query_canceled: { status: 503, errorType: 'canceled' },
  query_overload: { status: 503, errorType: 'unavailable', retryAfterSeconds: 1 },
  live_overload: { status: 503, errorType: 'unavailable', retryAfterSeconds: 30 },
  store_locked: INTERNAL,
  store_unreadable: INTERNAL,
  store_version: INTERNAL,
  store_corrupt: INTERNAL,
  store_closed: { status: 503, errorType: 'unavailable', retryAfterSeconds: 5 },
  store_write_failed: { status: 507, errorType: 'unavailable', retryAfterSeconds: 30 },
  store_full: { status: 507, errorType: 'unavailable', retryAfterSeconds: 30 },
  store_busy: { status: 503, errorType: 'unavailable', retryAfterSeconds: 2 },
  owner_away: { status: 503, errorType: 'unavailable', retryAfterSeconds: 1 },
  too_many_documents: { status: 422, errorType: 'execution' },
  scrape_address_refused: INTERNAL,
  scrape_credentials: INTERNAL,
  scrape_unreachable: INTERNAL,
  scrape_timeout: INTERNAL,
  scrape_status: INTERNAL,
  scrape_malformed: INTERNAL,
  scrape_limit: INTERNAL,
  discovery_failed: INTERNAL,
  forward_unreachable: INTERNAL,
  forward_unavailable: INTERNAL,
  forward_refused: INTERNAL,
  forward_lost: INTERNAL,
  debug_busy: { status: 409, errorType: 'unavailable' },
  debug_memory: { status: 503, errorType: 'unavailable' },
  config_invalid: BAD_CONFIG,
  config_unknown_key: BAD_CONFIG,
  config_needs_restart: { status: 409, errorType: 'bad_data' },
  listen_failed: INTERNAL,
  engine_ended: { status: 503, errorType: 'unavailable' },
  server_unreachable: INTERNAL,
  internal: INTERNAL,
};

/**
 * The status of an error in a style. Senders of OTLP repeat what is answered 429, 502, 503 or 504 and nothing else, so
 * what is to be repeated once there is room on the disk is 503 to them.
 */
export function statusOf(code: ErrorCode, style: ErrorStyle): number {
  const { status } = ERROR_TABLE[code];
  return style === 'otlp' && status === 507 ? 503 : status;
}

/** The codes of gRPC that statuses stand for. */
const GRPC_CODES: Readonly<Record<number, number>> = {
  401: 16,
  403: 7,
  404: 5,
  405: 12,
  408: 4,
  429: 8,
  500: 13,
  503: 14,
};
const GRPC_INVALID_ARGUMENT = 3;

/** The `code` of a `google.rpc.Status` that is answered with an HTTP status. */
export function grpcCodeOf(status: number): number {
  return GRPC_CODES[status] ?? GRPC_INVALID_ARGUMENT;
}

/** What InfluxDB 2 calls statuses. */
const INFLUX_CODES: Readonly<Record<number, string>> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not found',
  405: 'method not allowed',
  413: 'request too large',
  415: 'invalid',
  429: 'too many requests',
  500: 'internal error',
};
const INFLUX_UNAVAILABLE = 'unavailable';

/** The `code` of an error of InfluxDB that is answered with an HTTP status. */
export function influxCodeOf(status: number): string {
  return INFLUX_CODES[status] ?? INFLUX_UNAVAILABLE;
}
