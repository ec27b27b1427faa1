/**
 * The closed catalogue of error codes. A code is part of the public contract: it is never renamed, and every
 * code is explained in `docs/errors.md`. The HTTP status of each is in the server's one table.
 */
export const ERROR_CODES = [
  // A request as a whole
  'malformed_request',
  'headers_too_large',
  'request_timeout',
  'tls_required',
  'malformed_json',
  'malformed_body',
  'body_too_large',
  'unsupported_encoding',
  'unsupported_media_type',
  'invalid_parameter',
  'not_found',
  'method_not_allowed',
  'rate_limited',
  // Who may ask
  'key_required',
  'key_unknown',
  'key_expired',
  'key_revoked',
  'scope_missing',
  'too_many_failures',
  'too_many_keys',
  'host_refused',
  'origin_refused',
  // A dashboard
  'dashboard_conflict',
  'grant_needless',
  // A row of an ingest request
  'invalid_row',
  'invalid_text_line',
  'invalid_metric_name',
  'invalid_label',
  'invalid_value',
  'invalid_timestamp',
  'sample_too_old',
  'sample_too_new',
  'too_many_labels',
  'label_name_too_long',
  'label_value_too_long',
  'too_many_series',
  'too_many_series_per_metric',
  'too_many_series_per_key',
  // A query
  'query_parse',
  'query_type',
  'query_too_long',
  'query_too_deep',
  'query_too_many_points',
  'query_too_many_series',
  'query_too_many_samples',
  'query_execution',
  'query_needs_raw',
  'query_response_too_large',
  'query_timeout',
  'query_canceled',
  'query_overload',
  'live_overload',
  // The store
  'store_locked',
  'store_unreadable',
  'store_version',
  'store_corrupt',
  'store_closed',
  'store_write_failed',
  'store_full',
  'store_busy',
  'owner_away',
  'too_many_documents',
  // A scrape
  'scrape_address_refused',
  'scrape_credentials',
  'scrape_unreachable',
  'scrape_timeout',
  'scrape_status',
  'scrape_malformed',
  'scrape_limit',
  'discovery_failed',
  // Sending on
  'forward_unreachable',
  'forward_unavailable',
  'forward_refused',
  'forward_lost',
  // Debugging
  'debug_busy',
  'debug_memory',
  // Starting up
  'config_invalid',
  'config_unknown_key',
  'config_needs_restart',
  'listen_failed',
  'engine_ended',
  // A command that asks a server
  'server_unreachable',
  // A broken invariant of our own
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface ErrorDetails {
  /** Where the input went wrong: a row, a line, a position, a key; whatever lets the sender find it. */
  readonly [field: string]: string | number | boolean | undefined;
}

/** Every error TinyObs raises on purpose. Callers branch on `code`; `message` is for people and may change. */
export class TinyObsError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; details?: ErrorDetails } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TinyObsError';
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** Stops on a broken invariant: a bug of ours, never an operating error. */
export function assert(condition: boolean, invariant: string): asserts condition {
  if (!condition) throw new TinyObsError('internal', `broken invariant: ${invariant}`);
}
