import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const SOURCES = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(new URL('../../../../docs/tracing.md', import.meta.url), 'utf8');

/** Names of spans and attributes in the files that make them. */
const used = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
  .map((path) => readFileSync(join(SOURCES, path), 'utf8'))
  .filter((text) => /from '[./]*(?:tracing\/|\.\/)(?:spans|openTelemetry)\.js'/.test(text))
  .flatMap((text) =>
    [...text.matchAll(/'((?:tinyobs|http|url|db|error)\.[a-z_.]+)'/g)].map(([, name]) => name),
  );

const documented = [...page.matchAll(/`((?:tinyobs|http|url|db|error)\.[a-z_.]+)`/g)].map(([, name]) => name);

it('docs/tracing.md has every span and attribute, and no other', () => {
  expect(used.length).toBeGreaterThan(40);
  expect([...new Set(documented)].sort()).toEqual([...new Set(used)].sort());
});
