import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { TinyObsError } from '@tinyobs/model';
import type { StoreEvent } from '@tinyobs/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inSpan } from './spans.js';
import { inStoreSpan } from './storeSpans.js';
import { traceIds } from './traceIds.js';

const error = new TinyObsError('store_write_failed', 'the disk is away');
const rewrite = {
  durationMs: 2500,
  windowMs: 7_200_000,
  windowEndMs: 14_400_000,
  runs: 2,
  samplesBefore: 9,
  sizeBytesBefore: 90,
  samples: 8,
  sizeBytes: 60,
};
const rewritten = {
  'tinyobs.runs': 2,
  'tinyobs.input.samples': 9,
  'tinyobs.input.bytes': 90,
  'tinyobs.samples': 8,
  'tinyobs.bytes': 60,
  'tinyobs.window.start_ms': 7_200_000,
  'tinyobs.window.end_ms': 14_400_000,
};
const durationMs = 2500;

describe('spans of the store', () => {
  const exporter = new InMemorySpanExporter();
  beforeEach(() => {
    exporter.reset();
    new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
  });
  afterEach(() => {
    trace.disable();
    context.disable();
  });

  const events: readonly (readonly [string, StoreEvent, Record<string, number>])[] = [
    [
      'tinyobs.flush',
      { type: 'flushed', durationMs, samples: 5, series: 4, runs: 3, blocks: 2, sizeBytes: 100 },
      {
        'tinyobs.samples': 5,
        'tinyobs.series': 4,
        'tinyobs.runs': 3,
        'tinyobs.blocks': 2,
        'tinyobs.bytes': 100,
      },
    ],
    ['tinyobs.compaction', { type: 'compacted', ...rewrite }, rewritten],
    ['tinyobs.rollup', { type: 'rolled_up', ...rewrite }, rewritten],
    [
      'tinyobs.retention',
      { type: 'expired', durationMs, runs: 1, samples: 7, sizeBytes: 50, maxMs: 0 },
      { 'tinyobs.runs': 1, 'tinyobs.samples': 7, 'tinyobs.bytes': 50 },
    ],
    [
      'tinyobs.rollups_drop',
      { type: 'rollups_dropped', durationMs, series: 6, runs: 2, sizeBytes: 40 },
      { 'tinyobs.series': 6, 'tinyobs.runs': 2, 'tinyobs.bytes': 40 },
    ],
    ['tinyobs.forget', { type: 'forgotten', durationMs, series: 3 }, { 'tinyobs.series': 3 }],
    [
      'tinyobs.replay',
      { type: 'replayed', durationMs, records: 1, samples: 2, series: 3 },
      { 'tinyobs.samples': 2, 'tinyobs.series': 3 },
    ],
    ['tinyobs.reopen', { type: 'reopened', durationMs }, {}],
  ];
  it.each(events)('%s took its time, and is what its note is about', (name, event, attributes) => {
    const noted = inSpan('a request', () => {
      let ids: ReturnType<typeof traceIds>;
      inStoreSpan(event, () => {
        ids = traceIds();
      });
      return ids;
    });
    const [span] = exporter.getFinishedSpans();
    expect([span.name, span.attributes, span.parentSpanContext]).toEqual([name, attributes, undefined]);
    expect(span.duration[0]).toBeGreaterThanOrEqual(2);
    expect(noted).toEqual({ trace_id: span.spanContext().traceId, span_id: span.spanContext().spanId });
  });

  it.each(['flush', 'compaction', 'rollup'] as const)('tell of a failed %s by its code', (work) => {
    inStoreSpan({ type: 'work_failed', work, durationMs, error }, () => undefined);
    const [{ name, status, attributes }] = exporter.getFinishedSpans();
    expect(name).toBe(`tinyobs.${work}`);
    expect(status).toEqual({ code: SpanStatusCode.ERROR, message: 'the disk is away' });
    expect(attributes).toEqual({ 'error.type': 'store_write_failed' });
  });

  it('are none of what takes no time', () => {
    let notes = 0;
    inStoreSpan({ type: 'write_failed', error }, () => void notes++);
    expect([notes, exporter.getFinishedSpans()]).toEqual([1, []]);
  });
});
