import { existsSync, type FSWatcher, readFileSync, readlinkSync, watch } from 'node:fs';
import { dirname, join, parse, resolve, sep } from 'node:path';

/** How long files must stay as they are before they are taken for written: editors write in several steps. */
const SETTLE_MS = 200;

/** Symbolic links followed on the way to a file, as most systems do. */
const LINKS_MAX = 40;

export interface FileWatcherOptions {
  /** The files have other contents than before, and keep them for the moment. */
  readonly onChange: () => void;
  /** A folder cannot be watched: changes in it are not noticed. Said once, until all can be again. */
  readonly onError: (error: unknown) => void;
}

/**
 * Notices when the contents of files change, however that comes about: written in place, by another file under the
 * name, or by another target of a symbolic link on the way, as Kubernetes changes all files of a volume at once. It
 * watches folders, since a file under a name may be another file tomorrow, and compares contents, since in a folder
 * much happens that is of no concern.
 */
export class FileWatcher {
  readonly #options: FileWatcherOptions;
  #known: ReadonlyMap<string, string | undefined> = new Map();
  /** Contents that are new, and must stay so for a while. */
  #settling: ReadonlyMap<string, string | undefined> | undefined;
  #watchers: FSWatcher[] = [];
  /** Why some folder is not watched. */
  #failure: { readonly error: unknown } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: FileWatcherOptions) {
    this.#options = options;
  }

  /** Watches these files in the place of those before, by their paths, given the contents that are known. */
  watch(files: ReadonlyMap<string, string>): void {
    this.#known = files;
    this.#watchFolders();
    // They may have changed between the reading and the watching.
    this.#wake();
  }

  /** Stops. Idempotent. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }

  #watchFolders(): void {
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
    const before = this.#failure;
    this.#failure = undefined;
    for (const folder of new Set([...this.#known.keys()].flatMap(foldersOf))) {
      try {
        const watcher = watch(folder, { persistent: false }, () => this.#wake());
        watcher.on('error', this.#options.onError);
        this.#watchers.push(watcher);
      } catch (error) {
        this.#failure ??= { error };
      }
    }
    if (this.#failure && !before) this.#options.onError(this.#failure.error);
  }

  /** Looks at the files a little later; what happens until then needs no further look. */
  #wake(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#look();
    }, SETTLE_MS).unref();
  }

  #look(): void {
    const seen = new Map([...this.#known.keys()].map((file) => [file, contentsOf(file)]));
    // A folder may be another one by now, under the same name.
    this.#watchFolders();
    if (areSame(seen, this.#known)) {
      this.#settling = undefined;
    } else if (this.#settling && areSame(seen, this.#settling)) {
      this.#settling = undefined;
      this.#known = seen;
      this.#options.onChange();
    } else {
      this.#settling = seen;
      this.#wake();
    }
  }
}

/** Undefined where there is none that can be read; whoever reads the file says why. */
function contentsOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function areSame(
  some: ReadonlyMap<string, string | undefined>,
  others: ReadonlyMap<string, string | undefined>,
): boolean {
  return some.size === others.size && [...some].every(([file, contents]) => others.get(file) === contents);
}

/**
 * The folders in which something on the way to a file can be replaced: its own, and those of the symbolic links that
 * its path goes through; for one that is not there the nearest above it.
 */
function foldersOf(file: string): string[] {
  const folders: string[] = [];
  let path = resolve(file);
  for (let links = 0; links < LINKS_MAX; links++) {
    const link = firstLink(path);
    if (!link) break;
    folders.push(dirname(link.path));
    path = resolve(dirname(link.path), link.target, link.rest);
  }
  let folder = dirname(path);
  while (!existsSync(folder)) folder = dirname(folder);
  return [...folders, folder];
}

/** The first symbolic link that a path goes through. */
function firstLink(path: string): { path: string; target: string; rest: string } | undefined {
  const { root } = parse(path);
  const parts = path.slice(root.length).split(sep);
  let at = root;
  for (const [i, part] of parts.entries()) {
    at = join(at, part);
    const target = linkTarget(at);
    if (target !== undefined) return { path: at, target, rest: parts.slice(i + 1).join(sep) };
  }
  return undefined;
}

/** Undefined for what is no link, or not there. */
function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
