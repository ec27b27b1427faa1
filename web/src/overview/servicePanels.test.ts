import { describe, expect, it } from 'vitest';
import { errorRateByJob, namesAmong } from './httpMetrics.js';
import { type ServiceFacts, servicePanels } from './servicePanels.js';

const facts = (metrics: readonly string[], labels: readonly string[], job = 'shop'): ServiceFacts => ({
  job,
  metrics,
  labels,
  http: namesAmong(metrics),
});
const drawn = (of: ServiceFacts) =>
  servicePanels(of).map(({ slug, queries }) => [slug, queries[0].text('1m')]);

describe('the charts of a service', () => {
  it('follow the names and labels of Prometheus', () => {
    const panels = drawn(facts(['http_requests_total', 'process_cpu_seconds_total'], ['code', 'handler']));
    expect(panels).toEqual([
      ['shop-requests', 'sum by (handler) (rate(http_requests_total{job="shop"}[1m]))'],
      [
        'shop-latency',
        'histogram_quantile(0.5, sum by (le) (rate(http_request_duration_seconds_bucket{job="shop"}[1m])))',
      ],
      [
        'shop-errors',
        '(sum(rate(http_requests_total{job="shop", code=~"5.."}[1m])) or vector(0)) / sum(rate(http_requests_total{job="shop"}[1m]))',
      ],
      ['shop-cpu', 'rate(process_cpu_seconds_total{job="shop"}[1m])'],
    ]);
  });

  it('follow those of OpenTelemetry', () => {
    const metrics = ['http_server_request_duration_seconds_count'];
    const panels = drawn(facts(metrics, ['http_route', 'http_response_status_code']));
    expect(panels.map(([slug]) => slug)).toEqual(['shop-requests', 'shop-latency', 'shop-errors']);
    expect(panels[0][1]).toContain('by (http_route) (rate(http_server_request_duration_seconds_count{');
  });

  it('are those there is data for', () => {
    expect(drawn(facts(['nodejs_eventloop_lag_p99_seconds'], []))).toHaveLength(1);
    expect(drawn(facts(['http_requests_total'], [])).map(([slug]) => slug)).toEqual([
      'shop-requests',
      'shop-latency',
    ]);
  });

  it('quote a job of any characters', () => {
    const [[slug, query]] = drawn(facts(['http_requests_total'], [], '"><script>\\ü\n'));
    expect(slug).toBe('script-requests');
    expect(query).toContain('{job="\\"><script>\\\\ü\\n"}');
  });
});

describe('errors of all services', () => {
  it('are found by every label there is for a status', () => {
    for (const label of ['status', 'code', 'status_code', 'http_response_status_code']) {
      expect(errorRateByJob('1m')).toContain(`{${label}=~"5.."}`);
    }
  });
});
