import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { discoverInFiles } from './fileDiscovery.js';
import { TargetSource } from './targetSource.js';

describe('discovery in files', () => {
  let folder: string;
  let problems: string[];
  let changes: number;
  let source: TargetSource | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tinyobs-discovery-'));
    problems = [];
    changes = 0;
  });
  afterEach(async () => {
    await source?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (files: readonly string[], refreshMs = 60_000) => {
    const config = { kind: 'file' as const, files: files.map((file) => join(folder, file)), refreshMs };
    const onProblem = (error: unknown) => problems.push(String((error as Error).message));
    source = new TargetSource(config, (signal) => discoverInFiles(config, { onProblem }, signal), {
      onChange: () => changes++,
      onProblem,
    });
  };
  const write = (file: string, content: unknown) =>
    writeFileSync(join(folder, file), typeof content === 'string' ? content : JSON.stringify(content));
  /** Addresses, each with its file and the label `a`. */
  const found = () =>
    [...source!.groups]
      .flatMap(({ targets, labels }) =>
        targets.map(({ __address__ }) => [__address__, labels.__meta_filepath, labels.a]),
      )
      .map(([address, file, a]) => `${address} ${String(file).replace(`${folder}/`, '')} ${a}`)
      .sort();

  it('reads JSON and YAML, by name and by pattern, in which all is text', async () => {
    write('one.json', [{ targets: ['a:1', 'b:1'], labels: { a: 'x' } }]);
    write('two.yml', '- targets: [c:1]\n  labels: { a: 1.10 }\n');
    write('web_1.yaml', '- targets:\n  - d:1\n');
    write('web_2.yaml', '');
    write('other_1.yaml', '- targets: [not:1]\n');
    start(['one.json', 'two.yml', 'web_[0-9].yaml', 'missing.json']);
    await expect
      .poll(found)
      .toEqual(['a:1 one.json x', 'b:1 one.json x', 'c:1 two.yml 1.10', 'd:1 web_1.yaml undefined']);
    expect(problems).toEqual([]);
  });

  it('sees files that change, come and go', async () => {
    write('one.json', [{ targets: ['a:1'] }, { targets: ['b:1'] }]);
    start(['*.json']);
    await expect.poll(found).toHaveLength(2);
    write('one.json', [{ targets: ['a:2'] }]);
    await expect.poll(found).toEqual(['a:2 one.json undefined']);
    write('two.json', [{ targets: ['c:1'] }]);
    await expect.poll(found).toEqual(['a:2 one.json undefined', 'c:1 two.json undefined']);
    rmSync(join(folder, 'one.json'));
    await expect.poll(found).toEqual(['c:1 two.json undefined']);
  });

  it.each([
    ['{', /targets of .*one\.json cannot be read/],
    ['{"targets":["a:1"]}', /expected a list/],
    ['[{"targets":["a:1"],"label":{}}]', /\[0\]: unknown key label; did you mean labels\?/],
    ['[{"targets":["http://a:1"]}]', /\[0\]\.targets\[0\]: expected an address/],
    ['[{"targets":["a:1"],"labels":{"1x":"y"}}]', /label/],
  ])('keeps what it knows when a file becomes %s', async (content, expected) => {
    write('one.json', [{ targets: ['a:1'] }]);
    start(['one.json']);
    await expect.poll(found).toHaveLength(1);
    write('one.json', content);
    await expect.poll(() => problems.length).toBeGreaterThan(0);
    expect(problems[0]).toMatch(expected);
    expect(found()).toEqual(['a:1 one.json undefined']);
    write('one.json', [{ targets: ['b:1'] }]);
    await expect.poll(found).toEqual(['b:1 one.json undefined']);
  });

  it('looks again and again at a folder that is not there yet', async () => {
    rmSync(folder, { recursive: true });
    start(['one.json'], 50);
    await expect.poll(() => problems.length).toBeGreaterThan(1);
    expect(changes).toBe(0);
  });
});
