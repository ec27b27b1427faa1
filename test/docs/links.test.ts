import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../sources.js';

it('links of the documentation lead somewhere', () => {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'];
  const pages = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).split('\n').filter(Boolean);
  const broken = pages
    .filter((page) => existsSync(join(ROOT, page)))
    .flatMap((page) => {
      const text = readFileSync(join(ROOT, page), 'utf8');
      const targets = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map((found) => found[1]);
      return targets
        .filter((target) => !/^[a-z]+:/.test(target))
        .filter((target) => !existsSync(join(ROOT, dirname(page), target)))
        .map((target) => `${page} → ${target}`);
    });
  expect(pages.length).toBeGreaterThan(5);
  expect(broken).toEqual([]);
});
