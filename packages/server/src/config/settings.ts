/** A value that a source gives to a key. */
export interface Setting {
  readonly path: string;
  /** As it is written there. */
  readonly value: unknown;
  /** Where it is written, such as `tinyobs.yaml:3`, `TINYOBS_LISTEN` or `--listen`. */
  readonly origin: string;
  /** The configuration file that it is in: there `${NAME}` stands for a variable, and paths begin at its folder. */
  readonly file?: string;
}

/** What a nested object has at a dotted path, undefined where it has nothing there. */
export function valueAt(tree: unknown, path: string): unknown {
  let node = tree;
  for (const part of path.split('.')) node = (node as Record<string, unknown> | null | undefined)?.[part];
  return node;
}

/** Values of keys as nested objects. */
export function treeOf(settings: Iterable<Pick<Setting, 'path' | 'value'>>): Record<string, unknown> {
  const tree: Record<string, unknown> = {};
  for (const { path, value } of settings) {
    const parts = path.split('.');
    let node = tree;
    for (const part of parts.slice(0, -1)) {
      node[part] ??= {};
      node = node[part] as Record<string, unknown>;
    }
    node[parts[parts.length - 1]] = value;
  }
  return tree;
}
