import type { Dashboard } from '../../web/src/api/dashboards.js';

/** What a sender may write into a label. */
export const ODD = `<script>document.title='run'</script>"'\\🦊 ${'long '.repeat(180)}`;

/** The value of a series a number of steps after its first sample. */
type ValueAt = (step: number) => number;

const STEPS = 40;
const STEP_MS = 15_000;

/** Ten minutes of series until now, a sample every 15 s, as Prometheus text. */
class Facts {
  readonly #lines: string[] = [];
  readonly #endMs = Date.now();

  add(series: string, valueAt: ValueAt): void {
    for (let step = 0; step <= STEPS; step += 1)
      this.#lines.push(`${series} ${valueAt(step)} ${this.#endMs - (STEPS - step) * STEP_MS}`);
  }

  /** The buckets of a histogram of durations that grows by so many at each step, and which share of them is quick. */
  addDurations(name: string, labels: string, { each, quick = 0.5 }: { each: number; quick?: number }): void {
    const rest = 1 - quick;
    for (const [le, share] of [
      ['0.01', quick],
      ['0.1', 1 - rest * 0.2],
      ['1', 1 - rest * 0.02],
      ['+Inf', 1],
    ] as const) {
      this.add(`${name}_bucket{${labels},le="${le}"}`, (step) => Math.round(step * each * share));
    }
    this.add(`${name}_count{${labels}}`, (step) => Math.round(step * each));
    this.add(`${name}_sum{${labels}}`, (step) => step * each * 0.05);
  }

  text(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}

/** A service that answers requests, one of whose routes has an odd name. */
export function serviceFacts(): string {
  const facts = new Facts();
  const quoted = ODD.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  for (const [route, weight] of [
    ['/', 40],
    ['/orders/{id}', 25],
    [quoted, 10],
  ] as const) {
    const labels = `job="shop",route="${route}",status="200"`;
    facts.add(
      `http_requests_total{${labels}}`,
      (step) => step * weight * 15 + Math.round(90 * Math.sin(step / 4)) + 90,
    );
    facts.addDurations('http_request_duration_seconds', labels, { each: weight * 15 });
    facts.add(`http_response_size_bytes_sum{${labels}}`, (step) => step * weight * 8_000);
  }
  facts.add('http_requests_total{job="shop",route="/",status="500"}', (step) => step * 5);
  facts.add('http_requests_in_flight{job="shop"}', (step) => 3 + (step % 4));
  for (const host of ['payments:443', 'mail:25']) {
    const labels = `job="shop",host="${host}",method="POST",status="200"`;
    facts.addDurations('http_client_request_duration_seconds', labels, { each: 40 });
  }
  return facts.text();
}

/** A host with a processor, two disks and a few figures of a node exporter. */
export function hostFacts(): string {
  const facts = new Facts();
  const host = 'instance="alpha:9100"';
  for (const [mode, share] of [
    ['idle', 0.7],
    ['user', 0.2],
    ['system', 0.1],
  ] as const) {
    facts.add(`node_cpu_seconds_total{${host},cpu="0",mode="${mode}"}`, (step) => step * 15 * share);
  }
  for (const [name, value] of Object.entries(HOST_GAUGES)) {
    facts.add(`${name}{${host}}`, (step) => value * (1 + 0.05 * Math.sin(step / 5)));
  }
  for (const [mount, free] of [
    ['/', 40e9],
    ['/data', 8e9],
  ] as const) {
    facts.add(`node_filesystem_size_bytes{${host},fstype="ext4",mountpoint="${mount}"}`, () => 100e9);
    facts.add(`node_filesystem_avail_bytes{${host},fstype="ext4",mountpoint="${mount}"}`, () => free);
  }
  return facts.text();
}

const HOST_GAUGES: Readonly<Record<string, number>> = {
  node_load1: 0.8,
  node_load5: 0.7,
  node_load15: 0.6,
  node_memory_MemTotal_bytes: 8e9,
  node_memory_MemAvailable_bytes: 5e9,
  node_memory_MemFree_bytes: 2e9,
  node_time_seconds: 1e6,
  node_boot_time_seconds: 1e5,
};

/** Two Node processes, by the names of the SDK. */
export function runtimeFacts(): string {
  const facts = new Facts();
  const startedSec = Date.now() / 1000 - 3 * 86_400;
  for (const [place, instance] of ['shop-1', 'shop-2'].entries()) {
    const of = `job="shop",instance="${instance}"`;
    const wave = (step: number) => 1 + 0.3 * Math.sin(step / (5 + place));
    for (const [name, value] of Object.entries(RUNTIME_GAUGES)) {
      facts.add(`${name}{${of}}`, (step) => value * (1 + place / 2) * wave(step));
    }
    facts.add(`process_cpu_seconds_total{${of}}`, (step) => step * 15 * (0.2 + 0.1 * place));
    facts.add(`process_start_time_seconds{${of}}`, () => startedSec + place * 3_600);
    for (const [kind, share] of [
      ['minor', 0.01],
      ['major', 0.004],
      ['incremental', 0.001],
    ] as const) {
      facts.add(`nodejs_gc_duration_seconds_sum{${of},kind="${kind}"}`, (step) => step * 15 * share);
    }
    for (const [type, count] of [
      ['TCPSocketWrap', 12],
      ['Timeout', 5],
    ] as const) {
      facts.add(`nodejs_active_resources{${of},type="${type}"}`, (step) => count + (step % 3));
    }
  }
  return facts.text();
}

const RUNTIME_GAUGES: Readonly<Record<string, number>> = {
  nodejs_eventloop_utilization: 0.25,
  nodejs_eventloop_lag_p50_seconds: 0.011,
  nodejs_eventloop_lag_p99_seconds: 0.024,
  process_resident_memory_bytes: 120e6,
  nodejs_heap_size_used_bytes: 60e6,
  nodejs_external_memory_bytes: 8e6,
};

/** What a service asks of a database, by the names of OpenTelemetry. */
export function databaseFacts(): string {
  const facts = new Facts();
  const database = 'job="shop",db_system_name="postgresql"';
  for (const [operation, table, each] of [
    ['SELECT', 'orders', 900],
    ['SELECT', 'customers', 500],
    ['INSERT', 'orders', 120],
    ['UPDATE', 'stock', 60],
  ] as const) {
    const labels = `${database},db_operation_name="${operation}",db_collection_name="${table}"`;
    facts.addDurations('db_client_operation_duration_seconds', labels, {
      each,
      quick: each < 200 ? 0.5 : 0.9,
    });
  }
  facts.addDurations(
    'db_client_operation_duration_seconds',
    `${database},db_operation_name="INSERT",db_collection_name="orders",error_type="deadlock"`,
    { each: 2 },
  );
  const pool = 'job="shop",db_client_connection_pool_name="main"';
  for (const [state, count] of [
    ['used', 4],
    ['idle', 6],
  ] as const) {
    facts.add(
      `db_client_connection_count{${pool},db_client_connection_state="${state}"}`,
      (step) => count + (step % 2),
    );
  }
  facts.add(`db_client_connection_pending_requests{${pool}}`, (step) => step % 2);
  facts.addDurations('db_client_connection_wait_time_seconds', pool, { each: 100, quick: 0.9 });
  return facts.text();
}

/** A dashboard as Grafana saves it, with a panel of a type that there is not here. */
export const GRAFANA = {
  title: 'From Grafana',
  time: { from: 'now-15m', to: 'now' },
  templating: {
    list: [
      {
        name: 'node',
        type: 'query',
        query: 'label_values(node_load1, instance)',
        includeAll: true,
        multi: true,
      },
    ],
  },
  panels: [
    { type: 'row', title: 'Host', gridPos: { x: 0, y: 0, w: 24, h: 1 } },
    {
      type: 'timeseries',
      title: 'Load',
      gridPos: { x: 0, y: 1, w: 16, h: 8 },
      targets: [{ expr: 'node_load1{instance=~"$node"}', legendFormat: '{{instance}}' }],
    },
    {
      type: 'stat',
      title: 'Now',
      gridPos: { x: 16, y: 1, w: 8, h: 8 },
      targets: [{ expr: 'node_load5{instance=~"$node"}' }],
    },
    { type: 'piechart', title: 'Pie', gridPos: { x: 0, y: 9, w: 8, h: 8 } },
  ],
};

/** The dashboard as the server has it. */
export async function readDashboard(url: string, id: string): Promise<Dashboard> {
  const answer = await fetch(`${url}/v1/dashboards/${id}`);
  return ((await answer.json()) as { dashboard: Dashboard }).dashboard;
}

/** Stores a dashboard; its id. */
export async function postDashboard(url: string, dashboard: object): Promise<string> {
  const answer = await fetch(`${url}/v1/dashboards`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ dashboard }),
  });
  if (answer.status !== 201) throw new Error(`the dashboard was refused: ${await answer.text()}`);
  return ((await answer.json()) as { id: string }).id;
}
