import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../sources.js';

const page = readFileSync(join(ROOT, 'docs/threat-model.md'), 'utf8');

describe('docs/threat-model.md', () => {
  it('names nothing that is not there', () => {
    const paths = [...page.matchAll(/`((?:packages|test|docs|scripts)\/[^`]+)`/g)].map(([, path]) => path);
    expect(paths.length).toBeGreaterThan(50);
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('has every risk of the list, each with what is done and a test', () => {
    const rows = [...page.matchAll(/^\| \*\*API(\d+)\*\* [^|]+ \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)];
    expect(rows.map(([, number]) => Number(number))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const [, number, , , tests] of rows) expect(tests, `API${number}`).toMatch(/`[^`]+\.test\.ts`/);
  });
});
