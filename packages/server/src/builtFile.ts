import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * Path of a file that the build made for this package, by its path in `dist`. The package is found by its name: its
 * code may be run from the sources, compiled, or as a part of a program's bundle, which lies elsewhere.
 */
export function builtFile(path: string): string {
  const manifest = createRequire(import.meta.url).resolve('@tinyobs/server/package.json');
  return join(dirname(manifest), 'dist', path);
}
