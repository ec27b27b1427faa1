import { Counter, Histogram, Registry } from 'prom-client';
import { LatencyHistogram } from './latencyHistogram.js';

const REQUEST_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const FLUSH_BUCKETS_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const SYNC_BUCKETS_SECONDS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

export type Metrics = ReturnType<typeof createMetrics>;

/** The metrics TinyObs keeps of itself, in a registry of its own; `now` gives the times of exemplars, ms. */
export function createMetrics(now: () => number = Date.now) {
  const registry = new Registry();
  const registers = [registry];
  return {
    registry,
    ...ingestMetrics({ registers, now }),
    ...requestMetrics({ registers, now }),
    ...accessMetrics(registers),
    ...storageMetrics(registers),
    linesSuppressed: new Counter({
      name: 'tinyobs_log_lines_suppressed_total',
      help: 'Log lines left out because there were more of their kind than log.repeats a minute, by level.',
      labelNames: ['level'] as const,
      registers,
    }),
  };
}

/** What histograms of latency need. */
interface LatencyParts {
  readonly registers: Registry[];
  readonly now: () => number;
}

function ingestMetrics({ registers, now }: LatencyParts) {
  return {
    samplesIngested: new Counter({
      name: 'tinyobs_ingest_samples_total',
      help: 'Samples stored, by the protocol they came in.',
      labelNames: ['protocol'] as const,
      registers,
    }),
    samplesRefused: new Counter({
      name: 'tinyobs_ingest_refused_samples_total',
      help: 'Samples refused, by protocol and error code.',
      labelNames: ['protocol', 'code'] as const,
      registers,
    }),
    exemplarsIngested: new Counter({
      name: 'tinyobs_ingest_exemplars_total',
      help: 'Exemplars stored, those that were there already included, by the protocol they came in.',
      labelNames: ['protocol'] as const,
      registers,
    }),
    exemplarsRefused: new Counter({
      name: 'tinyobs_ingest_refused_exemplars_total',
      help: 'Exemplars not stored, by protocol: of refused or unknown series, too old or too new, or none are kept.',
      labelNames: ['protocol'] as const,
      registers,
    }),
    ingestRequests: new Counter({
      name: 'tinyobs_ingest_requests_total',
      help: 'Requests with samples, refused ones included, by protocol.',
      labelNames: ['protocol'] as const,
      registers,
    }),
    requestsRefused: new Counter({
      name: 'tinyobs_ingest_refused_requests_total',
      help: 'Requests with samples that were refused as a whole, by protocol and error code.',
      labelNames: ['protocol', 'code'] as const,
      registers,
    }),
    otlpDuplicates: new Counter({
      name: 'tinyobs_otlp_duplicate_points_total',
      help: 'Delta points that had been added before: they do not end after the last one of their series.',
      registers,
    }),
    influxTextFields: new Counter({
      name: 'tinyobs_influx_text_fields_total',
      help: 'Fields of the line protocol that are text, of which there is no sample.',
      registers,
    }),
    appendSeconds: new LatencyHistogram({
      name: 'tinyobs_ingest_append_duration_seconds',
      help: 'Time from a decoded batch to its acknowledgement by the store; batches that it turned away are not counted.',
      buckets: SYNC_BUCKETS_SECONDS,
      registers,
      now,
    }),
    selfScrapeFailures: new Counter({
      name: 'tinyobs_self_monitoring_failures_total',
      help: 'Times the own metrics could not be written to the own store.',
      registers,
    }),
  };
}

function requestMetrics({ registers, now }: LatencyParts) {
  return {
    requests: new Counter({
      name: 'tinyobs_http_requests_total',
      help: 'HTTP requests answered, by method, route and status.',
      labelNames: ['method', 'route', 'status'] as const,
      registers,
    }),
    requestSeconds: new LatencyHistogram({
      name: 'tinyobs_http_request_duration_seconds',
      help: 'Time from the arrival of a request to the end of its answer.',
      labelNames: ['route'] as const,
      buckets: REQUEST_BUCKETS_SECONDS,
      registers,
      now,
    }),
    errors: new Counter({
      name: 'tinyobs_http_errors_total',
      help: 'Requests that ended with an error, by error code.',
      labelNames: ['code'] as const,
      registers,
    }),
    querySeconds: new LatencyHistogram({
      name: 'tinyobs_query_duration_seconds',
      help: 'Time to evaluate a query, without writing its answer.',
      labelNames: ['endpoint'] as const,
      buckets: REQUEST_BUCKETS_SECONDS,
      registers,
      now,
    }),
    queryWaitSeconds: new Histogram({
      name: 'tinyobs_query_wait_duration_seconds',
      help: 'Time that a query waited for its turn.',
      buckets: REQUEST_BUCKETS_SECONDS,
      registers,
    }),
    querySamples: new Counter({
      name: 'tinyobs_query_samples_total',
      help: 'Samples read by queries.',
      registers,
    }),
  };
}

function accessMetrics(registers: Registry[]) {
  return {
    accessRefused: new Counter({
      name: 'tinyobs_access_refused_total',
      help: 'Requests refused for want of the right key, by error code.',
      labelNames: ['code'] as const,
      registers,
    }),
    auditFailures: new Counter({
      name: 'tinyobs_audit_failures_total',
      help: 'Entries of the audit log that could not be stored; the log has them.',
      registers,
    }),
  };
}

function storageMetrics(registers: Registry[]) {
  return {
    syncSeconds: new Histogram({
      name: 'tinyobs_storage_wal_sync_duration_seconds',
      help: 'Time to write one record of the write-ahead log and have it on the disk.',
      buckets: SYNC_BUCKETS_SECONDS,
      registers,
    }),
    flushSeconds: new Histogram({
      name: 'tinyobs_storage_flush_duration_seconds',
      help: 'Time to write a head into blocks.',
      buckets: FLUSH_BUCKETS_SECONDS,
      registers,
    }),
    compactionSeconds: new Histogram({
      name: 'tinyobs_storage_compaction_duration_seconds',
      help: 'Time to merge or rewrite runs of blocks.',
      buckets: FLUSH_BUCKETS_SECONDS,
      registers,
    }),
    rollupSeconds: new Histogram({
      name: 'tinyobs_storage_rollup_duration_seconds',
      help: 'Time to make rollups of a window of samples.',
      buckets: FLUSH_BUCKETS_SECONDS,
      registers,
    }),
    walBytes: new Counter({
      name: 'tinyobs_storage_wal_written_bytes_total',
      help: 'Bytes of records of the write-ahead log.',
      registers,
    }),
    flushBytes: new Counter({
      name: 'tinyobs_storage_flush_written_bytes_total',
      help: 'Bytes of blocks that heads were written into, before the compression of the database.',
      registers,
    }),
    compactionReadBytes: new Counter({
      name: 'tinyobs_storage_compaction_read_bytes_total',
      help: 'Bytes of blocks that were merged, rewritten or made into rollups.',
      registers,
    }),
    compactionWrittenBytes: new Counter({
      name: 'tinyobs_storage_compaction_written_bytes_total',
      help: 'Bytes of blocks that took their place.',
      registers,
    }),
    storageErrors: new Counter({
      name: 'tinyobs_storage_errors_total',
      help: 'Damage found and writes that failed, by kind.',
      labelNames: ['kind'] as const,
      registers,
    }),
  };
}
