import { configKeys } from './keys.js';
import type { ConfigInput } from './schema.js';

/** The whole configuration as a file would have it: what was given, and the defaults of the rest. */
export function writtenConfig(given: ConfigInput): Record<string, unknown> {
  const tree: Record<string, unknown> = {};
  for (const { path, fallback } of configKeys()) {
    const parts = path.split('.');
    const value = valueAt(given, parts) ?? fallback;
    if (value === undefined) continue;
    const last = parts.length - 1;
    let node = tree;
    for (const part of parts.slice(0, last)) {
      node[part] ??= {};
      node = node[part] as Record<string, unknown>;
    }
    node[parts[last]] = value;
  }
  return tree;
}

function valueAt(given: unknown, parts: readonly string[]): unknown {
  let node = given;
  for (const part of parts) node = (node as Record<string, unknown> | undefined)?.[part];
  return node;
}
