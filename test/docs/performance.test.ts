import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../sources.js';

type Row = ReadonlyMap<string, string>;

const page = readFileSync(join(ROOT, 'docs/performance.md'), 'utf8');
const parts = [...page.matchAll(/<!-- results of (\w+) -->\n([\s\S]*?)<!-- end -->/g)];

describe('docs/performance.md', () => {
  it('has a part for every bench that fills it', () => {
    expect(parts.map(([, name]) => name)).toEqual(['table', 'growth', 'soak', 'fairness']);
  });

  it.each(parts.map(([, name, text]) => ({ name, text })))(
    'says of $name what its report says',
    ({ name, text }) => {
      const shown = rowsOf(text);
      if (shown.length === 0) {
        expect(text).toContain('Not measured yet');
        return;
      }
      const report = readFileSync(join(ROOT, `bench/results/${name}.md`), 'utf8');
      const [command] = /^`npm run bench[^`]*` on .*$/m.exec(text) ?? [];
      expect(report).toContain(command);
      const reported = rowsOf(report);
      const strange = shown.filter(
        (row) => !reported.some((other) => [...row].every(([column, cell]) => other.get(column) === cell)),
      );
      expect(strange.map((row) => [...row.values()])).toEqual([]);
    },
  );
});

/** The rows of all tables of a Markdown text, by the names of their columns. */
function rowsOf(text: string): Row[] {
  const rows: Row[] = [];
  let columns: string[] | undefined;
  for (const line of text.split('\n')) {
    const cells = /^\| (.*) \|$/.exec(line)?.[1].split(' | ');
    if (cells && !columns) columns = cells;
    else if (cells) rows.push(new Map(cells.map((cell, i) => [columns?.[i] ?? '', cell])));
    else if (!line.startsWith('|---')) columns = undefined;
  }
  return rows;
}
