import { activeSpan } from './openTelemetry.js';

const SAMPLED = 1;
const NO_TRACE = '0'.repeat(32);

/** By which the trace is found that a line of the log, or a value of a metric, belongs to. */
export type TraceIds = Readonly<Record<'trace_id' | 'span_id', string>>;

/** Of the span in whose work we are. */
export function traceIds(): TraceIds | undefined {
  const context = activeSpan()?.spanContext();
  if (!context || context.traceId === NO_TRACE) return undefined;
  return { trace_id: context.traceId, span_id: context.spanId };
}

/** As `traceIds`, of a trace that is kept. */
export function sampledTraceIds(): TraceIds | undefined {
  const context = activeSpan()?.spanContext();
  return context && (context.traceFlags & SAMPLED) !== 0 ? traceIds() : undefined;
}
