import { z } from 'zod';
import { configSchema } from './schema.js';

export interface ConfigKey {
  /** Dotted path, such as `limits.seriesPerMetric`. */
  readonly path: string;
  /** Name of the environment variable, such as `TINYOBS_LIMITS_SERIES_PER_METRIC`. */
  readonly environment: string;
  readonly help: string;
  /** What a value is written as, such as `duration`, or counts, such as `series`. */
  readonly unit: string;
  /** The default as it would be written in a file; undefined where it depends on the machine, or there is none. */
  readonly fallback: unknown;
  /** Whether a running server takes another value, see `TinyObs.reload`. */
  readonly isReloadable: boolean;
  /** Whether the value is shown nowhere, and may be in a file of its own. */
  readonly isSecret: boolean;
  /** Fields somewhere in the value that are shown nowhere. */
  readonly hiddenFields: ReadonlySet<string>;
  /** The value with its relative paths begun at the folder of the file that it is written in. */
  readonly resolvePaths: (value: unknown, folder: string) => unknown;
}

/** What keys say of themselves in their schema, beside unit and help. */
interface KeyMeta {
  readonly hiddenFields?: ReadonlySet<string>;
  readonly resolvePaths?: (value: unknown, folder: string) => unknown;
}

const NONE: ReadonlySet<string> = new Set();

let keys: readonly ConfigKey[] | undefined;

/** Every key of the schema, in its order. */
export function configKeys(): readonly ConfigKey[] {
  keys ??= [...keysOf(configSchema, [])];
  return keys;
}

/** Paths that stand for several keys, such as `storage.retention`. */
export function configGroups(): ReadonlySet<string> {
  const groups = new Set<string>();
  for (const { path } of configKeys()) {
    for (let end = path.indexOf('.'); end >= 0; end = path.indexOf('.', end + 1))
      groups.add(path.slice(0, end));
  }
  return groups;
}

/** The variable that names a file with the value of a secret. */
export function fileVariable({ environment }: ConfigKey): string {
  return `${environment}_FILE`;
}

function* keysOf(schema: z.ZodType, path: readonly string[]): Iterable<ConfigKey> {
  const { inner, fallback } = unwrap(schema);
  if (inner instanceof z.ZodObject) {
    for (const [name, child] of Object.entries(inner.shape)) {
      yield* keysOf(child as z.ZodType, [...path, name]);
    }
    return;
  }
  const meta = { ...inner.meta(), ...schema.meta() };
  const { hiddenFields = NONE, resolvePaths = (value: unknown) => value } = meta as KeyMeta;
  yield {
    path: path.join('.'),
    environment: environmentName(path),
    help: schema.description ?? '',
    unit: typeof meta.unit === 'string' ? meta.unit : unitOf(inner),
    fallback,
    isReloadable: meta.reloadable === true,
    isSecret: meta.secret === true,
    hiddenFields,
    resolvePaths,
  };
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

/** Of what is not made in `units.ts`. */
function unitOf(schema: z.ZodType): string {
  if (!(schema instanceof z.ZodEnum)) return 'text';
  const options = schema.options.map(String);
  return `${options.slice(0, -1).join(', ')} or ${options.at(-1)}`;
}

function environmentName(path: readonly string[]): string {
  const words = path.map((part) => part.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase());
  return `TINYOBS_${words.join('_')}`;
}
