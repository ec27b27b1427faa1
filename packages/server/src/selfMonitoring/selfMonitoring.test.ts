import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { context, trace } from '@opentelemetry/api';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { WriteBatch } from '@tinyobs/model';
import { openStore, type Store } from '@tinyobs/storage';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseConfig } from '../config/parseConfig.js';
import { CounterStarts } from '../ingest/counterStarts.js';
import { LastHeard } from '../ingest/lastHeard.js';
import { OverflowCounts } from '../ingest/overflowCounts.js';
import { inSpan } from '../tracing/spans.js';
import { traceIds } from '../tracing/traceIds.js';
import { createMetrics } from './metrics.js';
import { SelfMonitoring } from './selfMonitoring.js';

const START_MS = Date.UTC(2026, 0, 2);

/** An exemplar that was written. */
type Written = [series: string, value: number, ids: Record<string, string>, timeMs: number];

describe('self monitoring', () => {
  let dataDir: string;
  let store: Store;
  let nowMs: number;
  const now = () => nowMs;
  /** What each write gave the store as exemplars. */
  let written: Written[][];

  beforeEach(async () => {
    nowMs = START_MS;
    written = [];
    dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-self-'));
    store = await openStore({ dataDir, now });
    const append = store.append.bind(store);
    vi.spyOn(store, 'append').mockImplementation((batch, options) => {
      written.push(exemplarsOf(batch));
      return append(batch, options);
    });
    new NodeTracerProvider().register();
  });
  afterEach(async () => {
    trace.disable();
    context.disable();
    await store.close();
    await rm(dataDir, { recursive: true });
  });

  it('writes the exemplars of latency with the series of their buckets, each once', async () => {
    const metrics = createMetrics(now);
    const ids = [0.003, 0.3].map((seconds, i) =>
      inSpan('work', () => {
        nowMs = START_MS + i;
        metrics.querySeconds.observeLatency({ endpoint: 'query' }, seconds);
        return traceIds();
      }),
    );
    const { limits } = parseConfig({});
    const writing = {
      store,
      limits,
      metrics,
      overflow: new OverflowCounts(),
      starts: new CounterStarts({ sizeBytesMax: 1024 }),
      lastHeard: new LastHeard(now),
      now,
    };
    const options = { intervalMs: 5, instance: 'here', context: writing, log: pino({ level: 'silent' }) };
    nowMs = START_MS + 10;
    const monitoring = new SelfMonitoring(options);
    await expect.poll(() => written.length).toBeGreaterThan(1);
    await monitoring.close();
    const bucket = (le: string) =>
      `tinyobs_query_duration_seconds_bucket{endpoint="query", instance="here", job="tinyobs", le="${le}"}`;
    const ofQueries = written.map((one) => one.filter(([series]) => series.startsWith('tinyobs_query_')));
    expect(ofQueries[0]).toEqual([
      [bucket('0.005'), 0.003, ids[0], START_MS],
      [bucket('0.5'), 0.3, ids[1], START_MS + 1],
    ]);
    expect(ofQueries.slice(1).flat()).toEqual([]);
  });
});

function exemplarsOf(batch: WriteBatch): Written[] {
  return batch.exemplars.map(({ series, value, labels, timeMs }) => [
    batch.labelsOf(series).toString(),
    value,
    Object.fromEntries(labels),
    timeMs,
  ]);
}
