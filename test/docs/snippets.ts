import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../sources.js';

/** A fenced block of a Markdown page. */
export interface Snippet {
  readonly page: string;
  /** Line of the fence, from 1. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

export function readSnippets(page: string): Snippet[] {
  const lines = readFileSync(join(ROOT, page), 'utf8').split('\n');
  const snippets: Snippet[] = [];
  let open: { line: number; language: string; text: string[] } | undefined;
  lines.forEach((line, index) => {
    if (!line.startsWith('```')) {
      open?.text.push(line);
    } else if (open) {
      snippets.push({ page, line: open.line, language: open.language, text: open.text.join('\n') });
      open = undefined;
    } else {
      open = { line: index + 1, language: line.slice(3).trim(), text: [] };
    }
  });
  return snippets;
}
