import { type FSWatcher, watch } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { TinyObsError } from '@tinyobs/model';
import type { DiscoveryConfig } from '../config/scrapeJob.js';
import { DISCOVERY_BYTES_MAX, DISCOVERY_FILES_MAX } from '../limits.js';
import type { DiscoveryContext, TargetGroup } from './discovery.js';
import { Pause } from './pause.js';
import { readGroups, withoutGone } from './readGroups.js';

/** Writers write in several steps: what changes is looked at a little later, ms. */
const SETTLE_MS = 100;

type FileConfig = Extract<DiscoveryConfig, { kind: 'file' }>;

/**
 * Finds targets in files, which it reads when they change and at every `refresh_interval`. A file that cannot be
 * read leaves the targets it had; one that is gone takes them with it.
 */
export async function* discoverInFiles(
  config: FileConfig,
  context: Pick<DiscoveryContext, 'onProblem'>,
  signal: AbortSignal,
): AsyncGenerator<readonly TargetGroup[]> {
  const pause = new Pause();
  const folders = new WatchedFolders(() => pause.wake());
  const files = new TargetFiles(config, context);
  try {
    while (!signal.aborted) {
      // First the watching, so that nothing that changes meanwhile goes unseen.
      folders.watch(new Set(config.files.map((pattern) => dirname(pattern))));
      const changed = await files.read();
      if (changed.length > 0) yield changed;
      await pause.wait(config.refreshMs, signal);
      await new Pause().wait(SETTLE_MS, signal);
    }
  } finally {
    folders.close();
  }
}

/** What the files held when they were read last. */
class TargetFiles {
  readonly #config: FileConfig;
  readonly #onProblem: DiscoveryContext['onProblem'];
  /** The text of each file, and the sources of its groups. */
  readonly #known = new Map<string, { readonly text: string; readonly sources: readonly string[] }>();

  constructor(config: FileConfig, { onProblem }: Pick<DiscoveryContext, 'onProblem'>) {
    this.#config = config;
    this.#onProblem = onProblem;
  }

  /** The groups that have changed since the last time. */
  async read(): Promise<TargetGroup[]> {
    const files = new Set((await Promise.all(this.#config.files.map((one) => this.#matching(one)))).flat());
    const changed: TargetGroup[] = [];
    for (const file of files) {
      try {
        changed.push(...(await this.#readFile(file)));
      } catch (error) {
        this.#onProblem(about(file, error));
      }
    }
    for (const [file, { sources }] of this.#known) {
      if (files.has(file)) continue;
      this.#known.delete(file);
      changed.push(...withoutGone([], sources));
    }
    return changed;
  }

  async #readFile(file: string): Promise<readonly TargetGroup[]> {
    const { size } = await stat(file);
    if (size > DISCOVERY_BYTES_MAX) throw new Error(`it is longer than ${DISCOVERY_BYTES_MAX} bytes`);
    const text = await readFile(file, 'utf8');
    const before = this.#known.get(file);
    if (before?.text === text) return [];
    const isJson = /\.json$/i.test(file);
    const groups = readGroups(text, { isJson, source: file, labels: { __meta_filepath: file } });
    this.#known.set(file, { text, sources: groups.map(({ source }) => source) });
    return withoutGone(groups, before?.sources ?? []);
  }

  /** Files that a pattern names, which has `*`, `?` and `[…]` in its last part only. */
  async #matching(pattern: string): Promise<string[]> {
    const folder = dirname(pattern);
    const name = basename(pattern);
    try {
      const names = await readdir(folder);
      const matches = /[*?[]/.test(name) ? globTest(name) : (one: string) => one === name;
      const found = names.filter(matches).sort();
      if (found.length > DISCOVERY_FILES_MAX) {
        this.#onProblem(
          about(pattern, new Error(`it names ${found.length} files, more than ${DISCOVERY_FILES_MAX}`)),
        );
      }
      return found.slice(0, DISCOVERY_FILES_MAX).map((one) => join(folder, one));
    } catch (error) {
      this.#onProblem(about(pattern, error));
      // What cannot be listed for a moment is not gone.
      return [...this.#known.keys()].filter((file) => dirname(file) === folder);
    }
  }
}

function globTest(glob: string): (name: string) => boolean {
  const pattern = glob.replace(/\[\^?[^\]]+\]|[\s\S]/g, (part) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    return part.length > 1 ? part.replace(/\\/g, '\\\\') : part.replace(/[\\^$.|+(){}[\]]/, '\\$&');
  });
  const regex = new RegExp(`^${pattern}$`, 's');
  return (name) => regex.test(name);
}

function about(file: string, cause: unknown): TinyObsError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TinyObsError('discovery_failed', `targets of ${file} cannot be read: ${reason}`, { cause });
}

/** Notices that something happens in folders; one that cannot be watched is looked at from time to time all the same. */
class WatchedFolders {
  readonly #onChange: () => void;
  readonly #watchers = new Map<string, FSWatcher>();

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Those that are watched already go on. */
  watch(folders: ReadonlySet<string>): void {
    for (const folder of folders) {
      if (this.#watchers.has(folder)) continue;
      try {
        const watcher = watch(folder, { persistent: false }, this.#onChange);
        this.#watchers.set(folder, watcher);
        watcher.once('error', () => this.#forget(folder));
      } catch {
        // It is not there yet, or there are no watches left: `refresh_interval` is what remains.
      }
    }
  }

  close(): void {
    for (const folder of [...this.#watchers.keys()]) this.#forget(folder);
  }

  #forget(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }
}
