import { describe, expect, it } from 'vitest';
import { queryUnit } from './queryUnit.js';

describe('queryUnit', () => {
  it.each([
    ['process_resident_memory_bytes', 'bytes'],
    ['sum by (job) (process_resident_memory_bytes{x="a_seconds"})', 'bytes'],
    ['sum(rate(http_requests_total[1m]))', 'perSecond'],
    ['sum by (route) (rate(http_requests_total[5m]))', 'perSecond'],
    ['rate(net_receive_bytes_total[5m])', 'bytesPerSecond'],
    ['rate(process_cpu_seconds_total[1m])', 'ratio'],
    ['histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket[1m])))', 'seconds'],
    ['max_over_time(nodejs_eventloop_lag_p99_seconds[5m])', 'seconds'],
    ['process_start_time_seconds', 'none'],
    ['time() - process_start_time_seconds', 'none'],
    ['count(process_resident_memory_bytes)', 'none'],
    ['rate(a_seconds_sum[5m]) / rate(a_seconds_count[5m])', 'none'],
    ['a_bytes + b_seconds', 'none'],
    ['up', 'none'],
    ['', 'none'],
  ])('%s is in %s', (query, unit) => {
    expect(queryUnit(query)).toBe(unit);
  });
});
