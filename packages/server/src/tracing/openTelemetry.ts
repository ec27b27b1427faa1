import type {
  Context,
  ContextManager,
  Span,
  TextMapPropagator,
  Tracer,
  TracerProvider,
} from '@opentelemetry/api';
import { VERSION } from '../version.js';

/**
 * Where every copy of `@opentelemetry/api` 1.x keeps what is registered in its thread, and under which key of a
 * context it keeps the span. They are read here, and no copy is loaded: docs/adr/0020-spans-of-our-own-work.md.
 */
const REGISTRY = Symbol.for('opentelemetry.js.api.1');
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN');

/** How long the spans of the end may take on their way, ms. */
const FLUSH_MS_MAX = 5000;

interface Registry {
  readonly trace?: TracerProvider;
  readonly context?: ContextManager;
  readonly propagation?: TextMapPropagator;
}

/** What spans are made with. */
export interface Tracing {
  readonly tracer: Tracer;
  readonly contexts: ContextManager;
  /** Absent where traces do not go from process to process. */
  readonly propagator: TextMapPropagator | undefined;
}

const tracers = new WeakMap<TracerProvider, Tracer>();

/** Undefined while no provider is registered; it may be at any time. Without contexts no span would find its parent. */
export function tracing(): Tracing | undefined {
  const { trace, context, propagation } = registry();
  if (!trace || !context) return undefined;
  return { tracer: tracerOf(trace), contexts: context, propagator: propagation };
}

/** The span in whose work we are, the host's included. */
export function activeSpan(): Span | undefined {
  const { context } = registry();
  return context && spanOf(context.active());
}

export function spanOf(context: Context): Span | undefined {
  return context.getValue(SPAN) as Span | undefined;
}

export function withSpan(context: Context, span: Span): Context {
  return context.setValue(SPAN, span);
}

/** Has the provider hand over what it holds; resolves in any case, after 5 seconds at the latest. */
export async function flushSpans(): Promise<void> {
  const { trace } = registry();
  const provider = trace && delegateOf(trace);
  if (!provider?.forceFlush) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, FLUSH_MS_MAX);
  });
  // Where spans go is no business of ours, and the provider says itself what it could not hand over.
  await Promise.race([provider.forceFlush().catch(() => undefined), late]);
  clearTimeout(timer);
}

function registry(): Registry {
  return (globalThis as { readonly [REGISTRY]?: Registry })[REGISTRY] ?? {};
}

function tracerOf(provider: TracerProvider): Tracer {
  const known = tracers.get(provider);
  if (known) return known;
  const tracer = provider.getTracer('tinyobs', VERSION);
  tracers.set(provider, tracer);
  return tracer;
}

type FlushableProvider = TracerProvider & { forceFlush?(): Promise<void> };

/** The API registers a provider of its own, which stands for the one that it was given. */
function delegateOf(provider: TracerProvider & { getDelegate?(): TracerProvider }): FlushableProvider {
  return provider.getDelegate?.() ?? provider;
}
