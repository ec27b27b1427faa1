import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { arrayStorage, runScript } from './testing.js';

const folder = new URL('../testdata/', import.meta.url);

describe('scripts of this package', () => {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.test'),
  );
  it.each(names)('%s', async (name) => {
    const { cases, failed } = await runScript(readFileSync(new URL(name, folder), 'utf8'), arrayStorage);
    expect(failed).toEqual([]);
    expect(cases.length).toBeGreaterThan(0);
  });
});

describe('runScript', () => {
  const load = 'load 1m\n  x{a="1"} 1 2 3\n  x{a="2"} 4+1x2\n  gone 1 stale _\n\n';
  const problemOf = async (command: string) => {
    const { failed } = await runScript(load + command, arrayStorage);
    return failed[0]?.problem;
  };

  it.each([
    'eval instant at 1m x\n  x{a="1"} 2\n  x{a="2"} 5',
    'eval instant at 1m sort_desc(x)\n  expect ordered\n  x{a="2"} 5\n  x{a="1"} 2',
    'eval instant at 1m gone',
    'eval instant at 1m 2 * 3\n  6',
    'eval instant at 1m "a"\n  expect string "a"',
    'eval instant at 1m x[1m]\n  expect range vector from 1m to 1m step 1m\n  x{a="1"} 2\n  x{a="2"} 5',
    'eval range from 0 to 2m step 1m x\n  x{a="1"} 1 2 3\n  x{a="2"} 4 5 6',
    'eval range from 0 to 2m step 1m x > 2\n  x{a="1"} _ _ 3\n  x{a="2"} 4+1x2',
    'eval instant at 1m abs({a="1"} or on() 1)\n  expect fail',
    'eval_fail instant at 1m x + on() x',
    'eval instant at 2m rate(x[2m])\n  expect info\n  {a="1"} 0.016666666666666666\n  {a="2"} 0.016666666666666666',
    'eval instant at 1m quantile(2, x)\n  expect warn msg: PromQL warning: quantile value should be between 0 and 1, got 2 (1:10)\n  {} +Inf',
  ])('passes what is as expected: %s', async (command) => {
    expect(await problemOf(command)).toBeUndefined();
  });

  it.each([
    'eval instant at 1m x\n  x{a="1"} 2\n  x{a="2"} 5.001',
    'eval instant at 1m x\n  x{a="1"} 2',
    'eval instant at 1m x{a="1"}\n  x{a="1"} 2\n  x{a="2"} 5',
    'eval instant at 1m x\n',
    'eval instant at 1m sort_desc(x)\n  expect ordered\n  x{a="1"} 2\n  x{a="2"} 5',
    'eval instant at 1m vector(6)\n  6',
    'eval instant at 1m 2 * 3\n  7',
    'eval instant at 1m "a"\n  expect string "b"',
    'eval instant at 1m x[1m]\n  expect range vector from 0 to 1m step 1m\n  x{a="1"} 1 2\n  x{a="2"} 4 5',
    'eval range from 0 to 2m step 1m x\n  x{a="1"} 1 2\n  x{a="2"} 4 5 6',
    'eval range from 0 to 2m step 1m x{a="1"}\n  x{a="1"} 1 _ 3',
    'eval instant at 1m x\n  expect fail',
    'eval instant at 1m x + on() x\n  expect fail msg: something else',
    'eval instant at 1m x + on() x\n  expect fail regex: ^else',
    'eval instant at 1m x{a="1"}\n  expect warn\n  x{a="1"} 2',
    'eval instant at 2m rate(x{a="1"}[2m])\n  expect no_info\n  {a="1"} 0.016666666666666666',
    'eval instant at 1m x{a=~"["}',
  ])('fails what is not: %s', async (command) => {
    expect(await problemOf(command)).toBeTypeOf('string');
  });

  it('tries instant queries as a step of a range, too', async () => {
    const problem = await problemOf('eval instant at 1m x{a="1"} @ end()\n  x{a="1"} 2');
    expect(problem).toContain('as a range query');
  });

  it('starts anew after a clear', async () => {
    const { cases, failed } = await runScript(`${load}clear\neval instant at 1m x\n`, arrayStorage);
    expect([cases.length, failed.length]).toEqual([1, 0]);
  });

  it.each([
    'evil instant at 1m x',
    'load 1m\n  x y',
    'eval instant at 1m x\n  expect nothing',
    'load soon\n  x 1',
  ])('refuses what it does not understand: %s', async (text) => {
    await expect(runScript(text, arrayStorage)).rejects.toThrow(/^line \d+: /);
  });
});
