import type * as Fs from 'node:fs';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FileWatcher } from './fileWatcher.js';

/** The real system, which has no room for more watchers when a test says so. */
const system = vi.hoisted(() => ({ failure: undefined as Error | undefined }));
vi.mock('node:fs', async (importOriginal) => {
  const original = await importOriginal<typeof Fs>();
  const watch = (...args: Parameters<typeof original.watch>) => {
    if (system.failure) throw system.failure;
    return original.watch(...args);
  };
  return { ...original, watch };
});

describe('a watcher of files', () => {
  let folder: string;
  let watcher: FileWatcher;
  /** What was in the files at each change. */
  let changes: string[];
  const errors: unknown[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tinyobs-watch-'));
    changes = [];
  });
  afterEach(() => {
    watcher.close();
    rmSync(folder, { recursive: true });
    expect(errors).toEqual([]);
  });

  const place = (name: string) => join(folder, name);
  const write = (name: string, text: string) => writeFileSync(place(name), text);
  /** Watches files with what is in them. */
  const watch = (...names: string[]): void => {
    const contents = () => names.map((name) => readFileSync(place(name), 'utf8')).join('|');
    watcher = new FileWatcher({
      onChange: () => changes.push(contents()),
      onError: (error) => errors.push(error),
    });
    watcher.watch(new Map(names.map((name) => [place(name), readFileSync(place(name), 'utf8')])));
  };
  const replace = (name: string, text: string) => {
    write(`${name}.new`, text);
    renameSync(place(`${name}.new`), place(name));
  };

  it('notices a file that is written in place, once it is whole', async () => {
    write('a', '1');
    watch('a');
    writeFileSync(place('a'), '');
    writeFileSync(place('a'), '2', { flag: 'a' });
    await expect.poll(() => changes).toEqual(['2']);
    write('a', '3');
    await expect.poll(() => changes).toEqual(['2', '3']);
  });

  it('notices a file that another takes the name of, again and again', async () => {
    write('a', '0');
    watch('a');
    for (const text of ['1', '2', '3']) {
      replace('a', text);
      await expect.poll(() => changes.at(-1)).toBe(text);
    }
    renameSync(place('a'), place('a~'));
    write('a', '4');
    await expect.poll(() => changes.at(-1)).toBe('4');
    expect(changes).toHaveLength(4);
  });

  it('notices all files of a volume that is changed as Kubernetes does', async () => {
    const version = (name: string, text: string) => {
      mkdirSync(place(`volume/${name}`), { recursive: true });
      for (const file of ['config', 'key']) write(`volume/${name}/${file}`, `${file} ${text}`);
    };
    const point = (name: string) => {
      symlinkSync(name, place('volume/..data_tmp'));
      renameSync(place('volume/..data_tmp'), place('volume/..data'));
    };
    version('..1', 'one');
    point('..1');
    for (const file of ['config', 'key']) symlinkSync(`..data/${file}`, place(`volume/${file}`));
    watch('volume/config', 'volume/key');
    for (const [before, name, text] of [
      ['..1', '..2', 'two'],
      ['..2', '..3', 'three'],
    ]) {
      version(name, text);
      point(name);
      rmSync(place(`volume/${before}`), { recursive: true });
      await expect.poll(() => changes.at(-1)).toBe(`config ${text}|key ${text}`);
    }
    expect(changes).toHaveLength(2);
  });

  it('notices a link on the way that leads elsewhere, and changes at its other end', async () => {
    for (const release of ['1', '2']) {
      mkdirSync(place(`releases/${release}`), { recursive: true });
      write(`releases/${release}/a`, release);
    }
    symlinkSync('releases/1', place('current'));
    watch('current/a');
    symlinkSync('releases/2', place('next'));
    renameSync(place('next'), place('current'));
    await expect.poll(() => changes).toEqual(['2']);
    replace('releases/2/a', '3');
    await expect.poll(() => changes).toEqual(['2', '3']);
  });

  it('notices a file in a folder that goes and comes back', async () => {
    mkdirSync(place('conf'));
    write('conf/a', '1');
    watch('conf/a');
    renameSync(place('conf'), place('old'));
    mkdirSync(place('conf'));
    write('conf/a', '2');
    await expect.poll(() => changes).toEqual(['2']);
    replace('conf/a', '3');
    await expect.poll(() => changes).toEqual(['2', '3']);
  });

  it('notices what was changed between the reading and the watching', async () => {
    write('a', '2');
    watch('a');
    watcher.watch(new Map([[place('a'), '1']]));
    await expect.poll(() => changes).toEqual(['2']);
  });

  it('is not moved by what is beside, by the same contents, or by what is not watched any more', async () => {
    write('a', '1');
    write('b', '1');
    watch('a', 'b');
    watcher.watch(new Map([[place('a'), '1']]));
    // Another that watches what is beside tells when this one would have noticed something.
    let isNoticed = false;
    const other = new FileWatcher({
      onChange: () => {
        isNoticed = true;
      },
      onError: (error) => errors.push(error),
    });
    other.watch(new Map([[place('b'), '1']]));
    utimesSync(place('a'), 1, 1);
    replace('a', '1');
    write('c', '2');
    write('b', '2');
    await expect.poll(() => isNoticed).toBe(true);
    other.close();
    replace('a', '3');
    await expect.poll(() => changes).toEqual(['3|2']);
  });

  it('says once that a folder cannot be watched', async () => {
    write('a', '1');
    watch('a');
    system.failure = new Error('ENOSPC: System limit for number of file watchers reached');
    watcher.watch(new Map([[place('a'), '2']]));
    await expect.poll(() => changes).toEqual(['1']);
    expect(errors.splice(0)).toEqual([system.failure]);
    system.failure = undefined;
  });
});
