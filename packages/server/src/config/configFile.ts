import { readFileSync } from 'node:fs';
import {
  isAlias,
  isMap,
  isScalar,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import { configGroups, configKeys } from './keys.js';
import { type ConfigProblem, invalid, unknownKey } from './problems.js';
import type { Setting } from './settings.js';

/** What a YAML file sets, with the line of each key; what is wrong with it, and its text, are added to the context. */
export function readConfigFile(
  file: string,
  { problems, files }: { readonly problems: ConfigProblem[]; readonly files: Map<string, string> },
): readonly Setting[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    problems.push(
      invalid(undefined, undefined, `cannot read the configuration file ${file}: ${messageOf(cause)}`),
    );
    return [];
  }
  files.set(file, text);
  return new FileReader(file, text, problems).read();
}

class FileReader {
  readonly #file: string;
  readonly #lines = new LineCounter();
  readonly #document: ReturnType<typeof parseDocument>;
  readonly #problems: ConfigProblem[];
  readonly #settings = new Map<string, Setting>();
  readonly #keys = new Set(configKeys().map(({ path }) => path));
  readonly #groups = configGroups();

  constructor(file: string, text: string, problems: ConfigProblem[]) {
    this.#file = file;
    this.#document = parseDocument(text, { lineCounter: this.#lines });
    this.#problems = problems;
  }

  read(): readonly Setting[] {
    for (const { message, linePos } of this.#document.errors) {
      const origin = `${this.#file}:${linePos?.[0].line ?? 1}`;
      // The lines after the first show the place, which the origin names.
      this.#problems.push(invalid(undefined, origin, message.split('\n')[0].replace(/ at line .*$/, '')));
    }
    if (this.#document.errors.length > 0) return [];
    const { contents } = this.#document;
    if (isMap(contents)) this.#readMap(contents as YAMLMap<Node, Node | null>, '');
    else if (!isNothing(contents)) {
      this.#problems.push(invalid(undefined, this.#file, 'must hold a mapping of keys to values'));
    }
    return [...this.#settings.values()];
  }

  #readMap(map: YAMLMap<Node, Node | null>, above: string): void {
    for (const pair of map.items) {
      const name = String(isScalar(pair.key) ? pair.key.value : pair.key);
      this.#readPair(pair, above === '' ? name : `${above}.${name}`);
    }
  }

  #readPair({ key, value }: Pair<Node, Node | null>, path: string): void {
    const origin = `${this.#file}:${this.#lines.linePos(key.range?.[0] ?? 0).line}`;
    const node = isAlias(value) ? value.resolve(this.#document) : value;
    if (this.#keys.has(path)) this.#add(path, node, origin);
    else if (!this.#groups.has(path)) {
      const known = [...this.#keys, ...this.#groups];
      this.#problems.push(unknownKey(path, { kind: 'configuration key', known, origin }));
    } else if (isMap(node)) this.#readMap(node as YAMLMap<Node, Node | null>, path);
    else if (!isNothing(node)) {
      this.#problems.push(invalid(path, origin, `${path} is a group of keys; write them below it`));
    }
  }

  #add(path: string, node: Node | null | undefined, origin: string): void {
    const before = this.#settings.get(path);
    if (before) {
      this.#problems.push(invalid(path, origin, `${path} is set already at ${before.origin}`));
      return;
    }
    try {
      this.#settings.set(path, { path, value: node?.toJS(this.#document) ?? null, origin, file: this.#file });
    } catch (cause) {
      this.#problems.push(invalid(path, origin, `${path} cannot be read: ${messageOf(cause)}`));
    }
  }
}

function isNothing(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
