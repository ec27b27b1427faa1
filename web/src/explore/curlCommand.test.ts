import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { curlCommand } from './curlCommand.js';

const server = 'https://metrics.example/inside/my-app/';
const odd = `sum(x{a="it's $HOME \`pwd\` \\\\ 🦊"})\n/ 2`;

/** The words a shell makes of the command. */
function wordsOf(command: string): string[] {
  const text = execFileSync('sh', ['-c', `curl() { printf '%s\\0' "$@"; }; TINYOBS_KEY=mine; ${command}`]);
  return text.toString().split('\0').slice(0, -1);
}

describe('the command that asks the same', () => {
  it('is what a shell hands on whole, whatever is in the query', () => {
    const grid = { startSec: 60, endSec: 120, stepSec: 15 };
    expect(wordsOf(curlCommand({ server, query: odd, grid, hasKey: true }))).toEqual([
      '-sS',
      '-H',
      'Authorization: Bearer mine',
      '-G',
      'https://metrics.example/inside/my-app/api/v1/query_range',
      ...['--data-urlencode', `query=${odd}`, '--data-urlencode', 'start=60'],
      ...['--data-urlencode', 'end=120', '--data-urlencode', 'step=15'],
    ]);
  });

  it('asks for one point as such, and without a key where none is needed', () => {
    const grid = { startSec: 120, endSec: 120, stepSec: 15 };
    const words = wordsOf(curlCommand({ server, query: 'up', grid, hasKey: false }));
    expect(words).toEqual([
      ...['-sS', '-G', `${server}api/v1/query`],
      ...['--data-urlencode', 'query=up', '--data-urlencode', 'time=120'],
    ]);
  });
});
