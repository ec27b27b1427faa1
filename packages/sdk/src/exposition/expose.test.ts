import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { decodeOpenMetrics, decodeText } from '@tinyobs/formats';
import { WriteBatch } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import { shown, startShownClient } from '../shown.suite.js';

const PROMTOOL = '/usr/bin/promtool';
const NASTY = 'a "b" \\ c\nd';

/** A client with a metric of every kind. */
function startFullClient() {
  const started = startShownClient({ defaultLabels: { region: 'eu' } });
  const { client } = started;
  const orders = client.counter('orders_total', { help: 'Orders\nplaced \\ "all"', labelNames: ['status'] });
  orders.inc({ status: NASTY }, 2, { exemplar: { trace_id: 'abc' } });
  client.counter('odd', { labelNames: [] }).inc(1, { exemplar: { trace_id: 'abc' } });
  client.gauge('temperature_celsius', { unit: 'celsius' }).set(Number.NEGATIVE_INFINITY);
  const wait = client.histogram('wait_seconds', { help: 'Waiting', unit: 'seconds', buckets: [0.5, 1] });
  wait.observe(0.25);
  wait.observe(0.75, { exemplar: { trace_id: 'def', span_id: '7' } });
  wait.observe(3);
  client.summary('size_bytes', { quantiles: [0.5] }).observe(0);
  client.info('build_info', { help: 'Build' }).set({ version: '1.0' });
  client.stateSet('door', { states: ['open', 'closed'] }).set('open');
  client.observableGauge('read', () => Number.NaN);
  client.gauge('empty', { help: 'Nothing yet' });
  return started;
}

/** Without what the client says of itself. */
const ofTheApp = (body: string) => body.replace(/^.*tinyobs_sdk_.*\n/gm, '');

/** What the server makes of a body. */
function read(decode: typeof decodeText, body: string) {
  const batch = new WriteBatch();
  expect(decode(new TextEncoder().encode(body), batch, { nowMs: 0 }).refused).toEqual([]);
  const series = Array.from(batch.sampleSeries.subarray(0, batch.sampleCount), (at) => batch.labelsOf(at));
  const samples = series.map((labels, i): [Record<string, string>, number] => [
    labels.toObject(),
    batch.values[i],
  ]);
  const exemplars = batch.exemplars.map((one) => [
    batch.labelsOf(one.series).metricName,
    one.labels.toObject(),
  ]);
  return { samples, exemplars };
}

describe('expose', () => {
  it('writes the text format', async () => {
    const { contentType, body } = await startFullClient().client.expose();
    expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(ofTheApp(body)).toBe(String.raw`# HELP orders_total Orders\nplaced \\ "all"
# TYPE orders_total counter
orders_total{region="eu",status="a \"b\" \\ c\nd"} 2
# TYPE odd counter
odd{region="eu"} 1
# TYPE temperature_celsius gauge
temperature_celsius{region="eu"} -Inf
# HELP wait_seconds Waiting
# TYPE wait_seconds histogram
wait_seconds_bucket{region="eu",le="0.5"} 1
wait_seconds_bucket{region="eu",le="1"} 2
wait_seconds_bucket{region="eu",le="+Inf"} 3
wait_seconds_sum{region="eu"} 4
wait_seconds_count{region="eu"} 3
# TYPE size_bytes summary
size_bytes{region="eu",quantile="0.5"} 0
size_bytes_sum{region="eu"} 0
size_bytes_count{region="eu"} 1
# HELP build_info Build
# TYPE build_info gauge
build_info{region="eu",version="1.0"} 1
# TYPE door gauge
door{region="eu",door="open"} 1
door{region="eu",door="closed"} 0
# TYPE read gauge
read{region="eu"} NaN
`);
  });

  it('writes OpenMetrics, with exemplars', async () => {
    const { contentType, body } = await startFullClient().client.expose({ openMetrics: true });
    expect(contentType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(ofTheApp(body)).toBe(
      String.raw`# TYPE orders counter
# HELP orders Orders\nplaced \\ \"all\"
orders_total{region="eu",status="a \"b\" \\ c\nd"} 2 # {trace_id="abc"} 2 1700000000
# TYPE odd unknown
odd{region="eu"} 1
# TYPE temperature_celsius gauge
# UNIT temperature_celsius celsius
temperature_celsius{region="eu"} -Inf
# TYPE wait_seconds histogram
# UNIT wait_seconds seconds
# HELP wait_seconds Waiting
wait_seconds_bucket{region="eu",le="0.5"} 1
wait_seconds_bucket{region="eu",le="1"} 2 # {trace_id="def",span_id="7"} 0.75 1700000000
wait_seconds_bucket{region="eu",le="+Inf"} 3
wait_seconds_sum{region="eu"} 4
wait_seconds_count{region="eu"} 3
# TYPE size_bytes summary
# UNIT size_bytes bytes
size_bytes{region="eu",quantile="0.5"} 0
size_bytes_sum{region="eu"} 0
size_bytes_count{region="eu"} 1
# TYPE build info
# HELP build Build
build_info{region="eu",version="1.0"} 1
# TYPE door stateset
door{region="eu",door="open"} 1
door{region="eu",door="closed"} 0
# TYPE read gauge
read{region="eu"} NaN
# EOF
`.replace('# UNIT size_bytes bytes\n', ''),
    );
  });

  it('shows in both formats the same samples, which the server reads', async () => {
    const { client } = startFullClient();
    const text = read(decodeText, (await client.expose()).body);
    const openMetrics = read(decodeOpenMetrics, (await client.expose({ openMetrics: true })).body);
    expect(openMetrics.samples).toEqual(text.samples);
    expect(text.samples).toContainEqual([{ __name__: 'orders_total', region: 'eu', status: NASTY }, 2]);
    expect(openMetrics.exemplars).toEqual([
      ['orders_total', { trace_id: 'abc' }],
      ['wait_seconds_bucket', { trace_id: 'def', span_id: '7' }],
    ]);
  });

  it.runIf(existsSync(PROMTOOL))('writes what promtool takes without a word', async () => {
    const { client } = startShownClient();
    client.counter('orders_total', { help: 'Orders' }).inc({ status: NASTY });
    client.histogram('wait_seconds', { help: 'Waiting' }).observe(1);
    client.summary('size_bytes', { help: 'Sizes' }).observe(1);
    client.info('build_info', { help: 'Build' }).set({ version: '1' });
    const { body } = await client.expose();
    expect(execFileSync(PROMTOOL, ['check', 'metrics'], { input: body, encoding: 'utf8' })).toBe('');
  });

  it('complains of nothing when there is no endpoint, and of nothing twice', async () => {
    const { client, problems } = startShownClient();
    client.counter('a_total').inc();
    expect(await shown(client)).toEqual({ a_total: 1 });
    expect(await client.flush()).toEqual({ result: 'disabled', sent: 0, dropped: 0 });
    expect(await client.close()).toEqual({ result: 'disabled', sent: 0, dropped: 0 });
    expect(problems).toEqual([]);
  });

  it('shows one moment, whatever happens while it is written', async () => {
    const { client } = startShownClient({ seriesPerMetric: 50_000 });
    const counter = client.counter('c_total', { labelNames: ['i'] });
    for (let i = 0; i < 20_000; i++) counter.inc({ i });
    let isDone = false;
    let turns = 0;
    const disturb = () => {
      turns++;
      for (let i = 0; i < 100; i++) {
        counter.inc({ i: i + 10_000 });
        counter.remove({ i: i + 500 });
        counter.inc({ i: `new ${turns} ${i}` });
      }
      if (!isDone) setImmediate(disturb);
    };
    const exposing = client.expose();
    setImmediate(disturb);
    const { body } = await exposing;
    isDone = true;
    const lines = body.match(/^c_total.*$/gm) ?? [];
    expect(turns).toBeGreaterThan(1);
    expect(new Set(lines).size).toBe(20_000);
    expect(lines.every((line) => /^c_total\{i="\d+"\} 1$/.test(line))).toBe(true);
  });
});
