// Prints docs/metrics.md from the metrics of a server: `node scripts/metricsDoc.mjs > docs/metrics.md`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngine } from '../packages/server/dist/engine.js';
import { ListenerFigures } from '../packages/server/dist/listener/listenerFigures.js';
import { metricRows } from '../packages/server/dist/selfMonitoring/metricRows.js';

const SECTIONS = [
  { title: 'Samples on their way in', names: /^tinyobs_(ingest|otlp)_/ },
  { title: 'HTTP and TLS', names: /^tinyobs_(http|tls)_/ },
  { title: 'Keys and the audit log', names: /^tinyobs_(access|audit)_/ },
  { title: 'Queries', names: /^tinyobs_quer(y|ies)_/ },
  { title: 'Sending on', names: /^tinyobs_forward_/ },
  { title: 'The store', names: /^tinyobs_storage_/ },
  { title: 'The server itself', names: /^tinyobs_/ },
  { title: 'The process', names: /^(process|nodejs)_/ },
];

/** When somebody should be told, as PromQL; metrics that are not here explain others. */
const ALERTS = {
  tinyobs_ingest_samples_total: 'sum(rate(tinyobs_ingest_samples_total{protocol!="self"}[10m])) == 0',
  tinyobs_ingest_refused_samples_total: 'rate(tinyobs_ingest_refused_samples_total[5m]) > 0',
  tinyobs_ingest_refused_requests_total: 'rate(tinyobs_ingest_refused_requests_total[5m]) > 0',
  tinyobs_ingest_append_duration_seconds: above('tinyobs_ingest_append_duration_seconds', 0.99, 1),
  tinyobs_self_monitoring_failures_total: 'increase(tinyobs_self_monitoring_failures_total[15m]) > 0',
  tinyobs_http_requests_total:
    'sum(rate(tinyobs_http_requests_total{status=~"5.."}[5m])) / sum(rate(tinyobs_http_requests_total[5m])) > 0.01',
  tinyobs_http_errors_total: 'increase(tinyobs_http_errors_total{code=~"internal|store_corrupt"}[1h]) > 0',
  tinyobs_http_connections_refused_total: 'increase(tinyobs_http_connections_refused_total[15m]) > 0',
  tinyobs_tls_certificate_expiry_timestamp_seconds:
    'tinyobs_tls_certificate_expiry_timestamp_seconds - time() < 14 * 86400',
  tinyobs_tls_reload_failures_total: 'increase(tinyobs_tls_reload_failures_total[1d]) > 0',
  tinyobs_access_refused_total:
    'sum(rate(tinyobs_access_refused_total{code=~"key_unknown|too_many_failures"}[5m])) > 0.1',
  tinyobs_audit_failures_total: 'increase(tinyobs_audit_failures_total[1h]) > 0',
  tinyobs_query_duration_seconds: above('tinyobs_query_duration_seconds', 0.95, 5),
  tinyobs_query_wait_duration_seconds: above('tinyobs_query_wait_duration_seconds', 0.95, 1),
  tinyobs_forward_lag_seconds: 'min_over_time(tinyobs_forward_lag_seconds[15m]) > 60',
  tinyobs_forward_lost_records_total: 'increase(tinyobs_forward_lost_records_total[1h]) > 0',
  tinyobs_forward_dropped_samples_total:
    'increase(tinyobs_forward_dropped_samples_total{reason=~"refused|forgotten"}[1h]) > 0',
  tinyobs_storage_wal_sync_duration_seconds: above('tinyobs_storage_wal_sync_duration_seconds', 0.99, 0.5),
  tinyobs_storage_errors_total: 'increase(tinyobs_storage_errors_total[1h]) > 0',
  tinyobs_storage_pending_seconds: 'tinyobs_storage_pending_seconds > 0.5',
  tinyobs_storage_writes_refused: 'tinyobs_storage_writes_refused > 0',
  tinyobs_storage_newest_sample_timestamp_seconds:
    'time() - tinyobs_storage_newest_sample_timestamp_seconds > 300',
  tinyobs_storage_rollup_backlog_windows: 'min_over_time(tinyobs_storage_rollup_backlog_windows[1h]) > 12',
  tinyobs_storage_compaction_backlog_runs: 'min_over_time(tinyobs_storage_compaction_backlog_runs[1h]) > 24',
  tinyobs_storage_series_rollups_dropped_total:
    'increase(tinyobs_storage_series_rollups_dropped_total[1h]) > 0',
  tinyobs_storage_metadata_refused_total: 'increase(tinyobs_storage_metadata_refused_total[1h]) > 0',
  tinyobs_storage_disk_free_bytes: 'predict_linear(tinyobs_storage_disk_free_bytes[6h], 86400) < 0',
  tinyobs_log_lines_suppressed_total: 'increase(tinyobs_log_lines_suppressed_total{level="error"}[1h]) > 0',
  tinyobs_config_last_reload_successful: 'tinyobs_config_last_reload_successful == 0',
  tinyobs_health_status: 'tinyobs_health_status > 0',
  // Caches are full as a rule.
  tinyobs_limit_used:
    'tinyobs_limit_used{limit!~"memory.readCache|query.cache.size"} / tinyobs_limit_value > 0.8',
  process_start_time_seconds: 'changes(process_start_time_seconds[1h]) > 2',
  nodejs_heap_size_used_bytes: 'nodejs_heap_size_used_bytes / nodejs_heap_size_limit_bytes > 0.8',
  nodejs_eventloop_active_seconds_total: 'rate(nodejs_eventloop_active_seconds_total[5m]) > 0.9',
  nodejs_eventloop_lag_p99_seconds: 'nodejs_eventloop_lag_p99_seconds > 0.1',
  nodejs_gc_duration_seconds: 'sum(rate(nodejs_gc_duration_seconds_sum[5m])) > 0.1',
};

function above(metric, quantile, seconds) {
  return `histogram_quantile(${quantile}, sum by (le) (rate(${metric}_bucket[5m]))) > ${seconds}`;
}

/** A server with a store of its own, as if behind HTTPS, which is gone again when its metrics are read. */
async function readRows() {
  const dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-metrics-'));
  const options = {
    dataDir,
    log: { level: 'silent' },
    selfMonitoring: { interval: 'off' },
    server: { tls: { cert: 'certificate.pem', key: 'key.pem' } },
  };
  const engine = await startEngine(options, { figures: new ListenerFigures() });
  const rows = metricRows(engine.metrics.registry);
  await engine.close();
  rmSync(dataDir, { recursive: true });
  return rows;
}

function* sections(rows) {
  const left = new Set(rows);
  for (const { title, names } of SECTIONS) {
    yield `\n## ${title}\n\n| metric | type | labels | unit | meaning | alert on |\n|---|---|---|---|---|---|\n`;
    for (const row of left) {
      if (!names.test(row.name)) continue;
      left.delete(row);
      const labels = row.labels.map((label) => `\`${label}\``).join(', ');
      const alert = ALERTS[row.name];
      const cells = [`\`${row.name}\``, row.type, labels, row.unit, row.help, alert && `\`${alert}\``];
      yield `| ${cells.map((cell) => (cell || '–').replaceAll('|', '\\|')).join(' | ')} |\n`;
    }
  }
  if (left.size > 0) throw new Error(`in no section: ${[...left].map(({ name }) => name).join(', ')}`);
}

const rows = await readRows();
for (const name of Object.keys(ALERTS)) {
  if (!rows.some((row) => row.name === name)) throw new Error(`an alert on ${name}, which there is not`);
}

process.stdout.write(`# Metrics

What TinyObs says of itself on \`/metrics\`, for a Prometheus to scrape, and writes into its own store under \`job="tinyobs"\` (\`selfMonitoring.interval\`). Counters begin at 0 when it starts. A histogram has the series \`_bucket\`, \`_sum\` and \`_count\`. What a client chooses is never the value of a label.

"Alert on" says when somebody should be told, as PromQL; let it last for some minutes before you are. The thresholds suit a server that is not busy: move them to what is usual for yours. A metric without one explains others. Those of connections and of TLS are there where TinyObs is a server of its own, and speaks HTTPS.
${[...sections(rows)].join('')}`);
