import { describe, expect, it } from 'vitest';
import { ParsedQueries } from './parsedQueries.js';
import { parseQuery } from './parseQuery.js';

describe('parsed queries', () => {
  it('are kept while they are asked for, and not behind many others', () => {
    const queries = new ParsedQueries();
    const keep = (text: string) => queries.keep(text, parseQuery(text));
    keep('up');
    const first = queries.get('up');
    expect(first).toBeDefined();
    for (let i = 0; i < 200; i++) keep(`up + ${i}`);
    expect(queries.get('up')).toBe(first);
    for (let i = 200; i < 400; i++) keep(`up + ${i}`);
    expect(queries.get('up')).toBe(first);
    expect(queries.get('up + 399')).toBeDefined();
    expect(queries.get('up + 0')).toBeUndefined();
  });

  it('are not kept when they are long', () => {
    const queries = new ParsedQueries();
    const long = `up{job="${'x'.repeat(5000)}"}`;
    queries.keep(long, parseQuery(long));
    expect(queries.get(long)).toBeUndefined();
  });
});
