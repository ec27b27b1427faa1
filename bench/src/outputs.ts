import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchResult } from './bench.js';
import { isPartial, type Options } from './options.js';
import { fillPage } from './performancePage.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = 'docs/performance.md';

/**
 * Writes the report to bench/results, and what docs/performance.md shows of it there. A try, and a run of a part,
 * go to bench/results/partial instead, with a copy of that page: only whole runs change what is under version
 * control. Returns the path of the report.
 */
export function keepResult(name: string, result: BenchResult, options: Options): string {
  const folder = isPartial(options) ? 'bench/results/partial' : 'bench/results';
  const path = `${folder}/${name}.md`;
  write(path, result.report);
  if (result.pageText === undefined) return path;
  const page = isPartial(options) ? `${folder}/performance.md` : PAGE;
  write(page, fillPage(readFileSync(join(ROOT, PAGE), 'utf8'), name, result.pageText));
  for (const [image, content] of result.images ?? []) write(join(dirname(page), 'images', image), content);
  return path;
}

function write(path: string, content: string): void {
  const full = join(ROOT, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
}
