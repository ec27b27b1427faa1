import { z } from 'zod';
import { configSchema } from './schema.js';

export interface ConfigKey {
  /** Dotted path, such as `limits.seriesPerMetric`. */
  readonly path: string;
  /** Name of the environment variable, such as `TINYOBS_LIMITS_SERIES_PER_METRIC`. */
  readonly environment: string;
  readonly help: string;
  /** The default as it would be written in a file; undefined where it depends on the machine. */
  readonly fallback: unknown;
}

/** Every key of the schema, in its order. */
export function configKeys(): ConfigKey[] {
  return [...keysOf(configSchema, [])];
}

function* keysOf(schema: z.ZodType, path: readonly string[]): Iterable<ConfigKey> {
  const { inner, fallback } = unwrap(schema);
  if (!(inner instanceof z.ZodObject)) {
    yield {
      path: path.join('.'),
      environment: environmentName(path),
      help: schema.description ?? '',
      fallback,
    };
    return;
  }
  for (const [name, child] of Object.entries(inner.shape)) {
    yield* keysOf(child as z.ZodType, [...path, name]);
  }
}

/** Takes defaults and optionality off a schema, remembering the outermost default. */
function unwrap(schema: z.ZodType): { inner: z.ZodType; fallback: unknown } {
  let inner = schema;
  let fallback: unknown;
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault || inner instanceof z.ZodOptional) {
    if (!(inner instanceof z.ZodOptional)) fallback ??= inner.def.defaultValue;
    inner = inner.unwrap() as z.ZodType;
  }
  return { inner, fallback };
}

function environmentName(path: readonly string[]): string {
  const words = path.map((part) => part.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase());
  return `TINYOBS_${words.join('_')}`;
}
