import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { relabelConfigSchema } from '../config/relabelConfig.js';
import { Relabeling } from './relabeling.js';

interface Case {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly rules: readonly unknown[];
  readonly expected: Readonly<Record<string, string>> | null;
}

const CASES = parse(
  readFileSync(new URL('../../testdata/relabelCases.yaml', import.meta.url), 'utf8'),
) as Case[];

function relabel(rules: readonly unknown[], labels: Readonly<Record<string, string>>) {
  const map = new Map(Object.entries(labels));
  const relabeling = new Relabeling(rules.map((rule) => relabelConfigSchema.parse(rule)));
  return relabeling.apply(map) ? Object.fromEntries(map) : null;
}

describe('relabelling', () => {
  it('has more than forty cases, each of another name', () => {
    expect(CASES.length).toBeGreaterThan(40);
    expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length);
  });

  it.each(CASES)('$name', ({ labels, rules, expected }) => {
    expect(relabel(rules, labels)).toEqual(expected);
  });

  it('lets . match a line break, as Prometheus 3 does', () => {
    expect(relabel([{ source_labels: ['a'], regex: 'x.y', target_label: 'b' }], { a: 'x\ny' })).toEqual({
      a: 'x\ny',
    });
    expect(relabel([{ source_labels: ['a'], regex: '(x.y)', target_label: 'b' }], { a: 'x\ny' })).toEqual({
      a: 'x\ny',
      b: 'x\ny',
    });
  });

  it('gives up on a value that would take an expression too long, or that grows too long', () => {
    const long = 'a'.repeat(200_000);
    const slow = [{ action: 'keep', source_labels: ['a'], regex: '(.*a){20}' }];
    expect(() => relabel(slow, { a: long })).toThrowError(expect.objectContaining({ code: 'scrape_limit' }));
    const growing = Array.from({ length: 20 }, () => ({
      source_labels: ['a', 'a', 'a'],
      target_label: 'a',
    }));
    expect(() => relabel(growing, { a: 'abc' })).toThrowError(
      expect.objectContaining({ code: 'scrape_limit' }),
    );
  });
});
