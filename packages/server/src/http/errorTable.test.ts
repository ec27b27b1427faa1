import { readFileSync } from 'node:fs';
import { ERROR_CODES } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import { ERROR_TABLE } from './errorTable.js';

/** Codes that end a start, or tell of a scrape or of sending on, and are never sent over HTTP. */
const NOT_OVER_HTTP = /^(listen_failed|server_unreachable|scrape_.+|discovery_failed|forward_.+)$/;

describe('the catalogue of errors', () => {
  it('is documented code by code with its status, and nothing else is', () => {
    const page = readFileSync(new URL('../../../../docs/errors.md', import.meta.url), 'utf8');
    const documented = [...page.matchAll(/^\| `([a-z_]+)` \| (\d+|–) \| (.+) \| (.+) \|$/gm)].map((row) => [
      row[1],
      row[2],
    ]);
    const expected = ERROR_CODES.map((code) => [
      code,
      NOT_OVER_HTTP.test(code) ? '–' : String(ERROR_TABLE[code].status),
    ]);
    expect(documented).toEqual(expected);
  });
});
