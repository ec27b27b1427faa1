import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { arrayStorage, runScript } from '@tinyobs/promql/testing';
import { describe, expect, it } from 'vitest';

/** Cases of Prometheus's own test files; they lie beside the project where they are to be had. */
const folder = fileURLToPath(new URL('../../../shared/promql-conformance/', import.meta.url));
const scores: Record<string, number> = JSON.parse(
  readFileSync(new URL('promqlScores.json', import.meta.url), 'utf8'),
);
/** Files in which every case has to pass. */
const COMPLETE = new Set(['selectors', 'literals', 'staleness']);

const isThere = existsSync(folder);
if (!isThere) process.stdout.write(`promql conformance: skipped, there is no ${folder}\n`);

describe('conformance with Prometheus', () => {
  const names = isThere ? filesOf(folder) : Object.keys(scores);
  it.skipIf(!isThere).each(names)('%s passes as many cases as it ever did', async (name) => {
    const script = readFileSync(`${folder}${name}.test`, 'utf8');
    const { cases, passed, failed } = await runScript(script, arrayStorage);
    process.stdout.write(`promql conformance: ${name} ${passed}/${cases.length}\n`);
    for (const { line, query, problem } of failed) {
      process.stdout.write(`  ${name}.test:${line} ${query}: ${problem}\n`);
    }
    expect(cases.length).toBeGreaterThan(0);
    expect(passed).toBeGreaterThanOrEqual(scores[name]);
    if (COMPLETE.has(name)) expect(failed).toEqual([]);
  });
});

function filesOf(path: string): string[] {
  const scripts = readdirSync(path).filter((name) => name.endsWith('.test'));
  return scripts.map((name) => name.slice(0, -'.test'.length)).sort();
}
