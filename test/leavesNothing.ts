import { afterAll } from 'vitest';

/** Where `@opentelemetry/api` keeps what is registered. */
const REGISTRY = Symbol.for('opentelemetry.js.api.1');

// Files that share modules share what is registered with them, and a second provider is turned away in silence.
afterAll(() => {
  const { trace, context } =
    (globalThis as { [REGISTRY]?: { trace?: unknown; context?: unknown } })[REGISTRY] ?? {};
  if (trace || context) throw new Error('the file leaves a provider of traces registered');
});
