import type { Grid } from '../api/types.js';

interface Asking {
  /** The address everything of the server lies below, with a slash at its end. */
  readonly server: string;
  readonly query: string;
  /** One point is asked for as such. */
  readonly grid: Grid;
  /** Whether the server asks for a key, of which only the place is in the command. */
  readonly hasKey: boolean;
}

/** The command that asks the server the same, for a shell. */
export function curlCommand({ server, query, grid, hasKey }: Asking): string {
  const isInstant = grid.startSec === grid.endSec;
  const parameters = isInstant
    ? { query, time: grid.endSec }
    : { query, start: grid.startSec, end: grid.endSec, step: grid.stepSec };
  return [
    'curl -sS',
    ...(hasKey ? ['-H "Authorization: Bearer $TINYOBS_KEY"'] : []),
    `-G ${shellText(`${server}api/v1/${isInstant ? 'query' : 'query_range'}`)}`,
    ...Object.entries(parameters).map(([name, value]) => `--data-urlencode ${shellText(`${name}=${value}`)}`),
  ].join(' \\\n  ');
}

/** One word of a shell, whatever is in it. */
function shellText(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
