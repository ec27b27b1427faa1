import { parseArgs } from 'node:util';

export type Flag = 'peers' | 'rows' | 'runs' | 'scale' | 'minutes';

export interface Options {
  /** Names of the benches, in the order given. */
  readonly names: readonly string[];
  /** The command that was given, as reports show it. */
  readonly command: string;
  /** Flags that were given. */
  readonly given: readonly Flag[];
  readonly peers: boolean;
  /** Names of the rows that are wanted; undefined for all. */
  readonly rows: readonly string[] | undefined;
  /** How many runs medians are taken of. */
  readonly runs: number;
  /** At small scale everything is tried with little data: figures mean nothing. */
  readonly isSmall: boolean;
  readonly minutes: number;
}

/** Medians of fewer runs, and soaks that are shorter, are no result to keep. */
const RUNS = 3;
const MINUTES = 10;

/** Flags and names of the command line. Throws with what is wrong and what there is. */
export function parseOptions(words: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      peers: { type: 'boolean' },
      rows: { type: 'string' },
      runs: { type: 'string' },
      scale: { type: 'string' },
      minutes: { type: 'string' },
    },
  });
  const { scale = 'full' } = values;
  if (scale !== 'full' && scale !== 'small') throw new Error(`--scale is full or small, not ${scale}`);
  const isSmall = scale === 'small';
  return {
    names: positionals,
    command: ['npm run bench', ...(words.length > 0 ? ['--', ...words] : [])].join(' '),
    given: Object.keys(values) as Flag[],
    peers: values.peers === true,
    rows: values.rows?.split(','),
    runs: wholeNumber('runs', values.runs ?? String(isSmall ? 1 : RUNS)),
    isSmall,
    minutes: wholeNumber('minutes', values.minutes ?? String(MINUTES)),
  };
}

/** Whether it measures less than what results are kept of. */
export function isPartial({ rows, runs, isSmall, minutes }: Options): boolean {
  return rows !== undefined || isSmall || runs < RUNS || minutes < MINUTES;
}

/** Those of `all` that `--rows=` names, in their order; all without the flag. */
export function wantedRows<Row extends { readonly id: string }>(
  all: readonly Row[],
  rows: readonly string[] | undefined,
): readonly Row[] {
  if (rows === undefined) return all;
  const unknown = rows.filter((id) => !all.some((row) => row.id === id));
  if (unknown.length > 0)
    throw new Error(`there is no row ${unknown.join(', ')}; there are ${all.map(({ id }) => id).join(', ')}`);
  return all.filter(({ id }) => rows.includes(id));
}

function wholeNumber(flag: Flag, text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new Error(`--${flag} is a whole number from 1 on, not ${text}`);
  return Number(text);
}
