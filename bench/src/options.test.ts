import { describe, expect, it } from 'vitest';
import { isPartial, parseOptions, wantedRows } from './options.js';

describe('the command line', () => {
  it('takes names and flags in any order, and says the command again', () => {
    const options = parseOptions(['--peers', 'query', '--rows=raw,count', '--runs=5']);
    expect(options).toMatchObject({
      names: ['query'],
      peers: true,
      rows: ['raw', 'count'],
      runs: 5,
      isSmall: false,
      given: ['peers', 'rows', 'runs'],
      command: 'npm run bench -- --peers query --rows=raw,count --runs=5',
    });
  });

  it('runs everything three times, and once at small scale', () => {
    expect(parseOptions([])).toMatchObject({ names: [], runs: 3, minutes: 10, command: 'npm run bench' });
    expect(parseOptions(['--scale=small'])).toMatchObject({ runs: 1, isSmall: true });
  });

  it.each([[['--scale=large']], [['--runs=0']], [['--runs=many']], [['--minutes=1.5']], [['--peer']]])(
    'refuses %s',
    (words) => {
      expect(() => parseOptions(words)).toThrow();
    },
  );

  it('keeps results only of whole runs', () => {
    const isKept = (...words: string[]): boolean => !isPartial(parseOptions(words));
    expect([isKept(), isKept('--peers'), isKept('--runs=5'), isKept('soak', '--minutes=60')]).not.toContain(
      false,
    );
    expect([
      isKept('--rows=raw'),
      isKept('--runs=1'),
      isKept('--scale=small'),
      isKept('--minutes=2'),
    ]).not.toContain(true);
  });

  it('names the rows there are when one is unknown', () => {
    const rows = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
    expect(wantedRows(rows, undefined)).toEqual(rows);
    expect(wantedRows(rows, ['c', 'a'])).toEqual([{ id: 'a' }, { id: 'c' }]);
    expect(() => wantedRows(rows, ['d'])).toThrow('there is no row d; there are a, b, c');
  });
});
