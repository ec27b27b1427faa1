import type { QueryRange, QueryResult } from '@tinyobs/promql';
import { inSpan, recordingSpan } from './spans.js';

/** Longest piece of a query that a span shows. */
const TEXT_LENGTH_MAX = 1000;

/**
 * Asks a query, waiting included, within a span.
 *
 * Source: https://opentelemetry.io/docs/specs/semconv/database/database-spans/
 */
export function inQuerySpan<T>(endpoint: string, text: string, work: () => Promise<T>): Promise<T> {
  return inSpan('tinyobs.query', () => {
    recordingSpan()?.setAttributes({
      'db.system.name': 'tinyobs',
      'db.operation.name': endpoint,
      'db.query.text': text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)}…` : text,
    });
    return work();
  });
}

/** Says over what a range query is evaluated, in the span of the query. */
export function noteRange({ startMs, endMs, stepMs }: QueryRange): void {
  recordingSpan()?.setAttributes({
    'tinyobs.query.start_ms': startMs,
    'tinyobs.query.end_ms': endMs,
    'tinyobs.query.step_ms': stepMs,
    'tinyobs.query.steps': Math.floor((endMs - startMs) / stepMs) + 1,
  });
}

/** Says what a query read and found, and how long it waited for its turn. */
export function noteResult({ samples, value, fromRollups }: QueryResult, waitedMs: number): void {
  recordingSpan()?.setAttributes({
    'tinyobs.query.wait_ms': waitedMs,
    'tinyobs.query.samples': samples,
    'tinyobs.query.series': 'labels' in value ? value.labels.length : 1,
    'tinyobs.query.from_rollups': fromRollups,
  });
}
