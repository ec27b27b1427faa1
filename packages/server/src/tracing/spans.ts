import type { Attributes, Span, SpanStatusCode, TimeInput } from '@opentelemetry/api';
import { TinyObsError } from '@tinyobs/model';
import { activeSpan, tracing, withSpan } from './openTelemetry.js';

/** A value of the API's enumeration, which is not loaded. */
export const ERROR: SpanStatusCode.ERROR = 2;

export interface SpanOptions {
  readonly attributes?: Attributes;
  /** For work that nobody asked for: it must not become part of the request that happened to start it. */
  readonly root?: boolean;
  /** Where it began before the call. */
  readonly startTime?: TimeInput;
}

/**
 * Does work within a span, which ends with it or with what it promised; without a provider just does it. What is
 * thrown is recorded with its code. The names of spans are in docs/tracing.md.
 */
export function inSpan<T>(name: string, work: () => T, options: SpanOptions = {}): T {
  const found = tracing();
  if (!found) return work();
  const parent = found.contexts.active();
  const span = found.tracer.startSpan(name, options, parent);
  return endingWith(span, () => found.contexts.with(withSpan(parent, span), work));
}

/** The span in whose work we are, if anyone will see what is added to it. */
export function recordingSpan(): Span | undefined {
  const span = activeSpan();
  return span?.isRecording() ? span : undefined;
}

/** Says in the span in whose work we are that the work came to nothing. */
export function recordFailure(error: unknown): void {
  const span = recordingSpan();
  if (span) noteFailure(span, error);
}

function endingWith<T>(span: Span, work: () => T): T {
  const fail = (error: unknown): never => {
    noteFailure(span, error);
    span.end();
    throw error;
  };
  try {
    const result = work();
    if (result instanceof Promise) {
      return result.then((value) => {
        span.end();
        return value;
      }, fail) as T;
    }
    span.end();
    return result;
  } catch (error) {
    return fail(error);
  }
}

/** `error.type` is one of the codes in docs/errors.md. */
function noteFailure(span: Span, error: unknown): void {
  const code = error instanceof TinyObsError ? error.code : 'internal';
  const message = error instanceof Error ? error.message : String(error);
  span.setAttribute('error.type', code);
  span.recordException(error instanceof Error ? error : message);
  span.setStatus({ code: ERROR, message });
}
