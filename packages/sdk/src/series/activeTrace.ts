import type { ExemplarLabels } from './exemplars.js';

/** Where @opentelemetry/api 1.x keeps what an app has registered, for every copy of it in the process. */
const OPENTELEMETRY = Symbol.for('opentelemetry.js.api.1');
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN');
const SAMPLED = 1;

/** The parts of OpenTelemetry that are used. */
interface OpenTelemetry {
  readonly context?: { active(): { getValue(key: symbol): unknown } };
}
interface Span {
  spanContext(): { readonly traceId: string; readonly spanId: string; readonly traceFlags: number };
}

/**
 * Knows the trace that is active where a sample is counted, when the app has OpenTelemetry, which it need not.
 * Whether it has is looked for now and then, not at every sample, so that apps without it pay nothing.
 */
export class ActiveTrace {
  #openTelemetry: OpenTelemetry | undefined;
  isOn = false;

  look(): void {
    this.#openTelemetry = (globalThis as { [OPENTELEMETRY]?: OpenTelemetry })[OPENTELEMETRY];
    this.isOn = this.#openTelemetry?.context !== undefined;
  }

  /** Labels that lead to the active span; undefined without one, and when nobody keeps its trace. */
  current(): ExemplarLabels | undefined {
    try {
      const span = this.#openTelemetry?.context?.active().getValue(SPAN) as Span | undefined;
      const context = span?.spanContext();
      if (context === undefined || (context.traceFlags & SAMPLED) === 0) return undefined;
      return { trace_id: context.traceId, span_id: context.spanId };
    } catch {
      // A context manager that is not what it seems: the sample counts, and there are no exemplars from now on.
      this.isOn = false;
      return undefined;
    }
  }
}
