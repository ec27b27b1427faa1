import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './run.mjs';

const FOLDER = join(ROOT, 'node_modules', '.tinyobs');
const SKIPPED = new Set(['node_modules', 'dist']);

/** A hash over the names and contents of files and folders, which are given relative to the root. */
export function fingerprint(paths) {
  const hash = createHash('sha256');
  for (const path of paths) addToHash(hash, path);
  return hash.digest('hex');
}

/** Whether the named step was last done with this fingerprint. */
export function isDone(step, print) {
  try {
    return readFileSync(join(FOLDER, step), 'utf8') === print;
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

export function setDone(step, print) {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, step), print);
}

function addToHash(hash, path) {
  const full = join(ROOT, path);
  if (!statSync(full).isDirectory()) {
    hash.update(`${path}\0`).update(readFileSync(full));
    return;
  }
  for (const name of readdirSync(full).sort()) {
    if (!SKIPPED.has(name)) addToHash(hash, join(path, name));
  }
}
