import { describe, expect, it } from 'vitest';
import { ParsedQueries } from './parsedQueries.js';
import { parseQuery } from './parseQuery.js';

describe('parsed queries', () => {
  it('are read once while they are asked for, and again after many others', () => {
    const queries = new ParsedQueries();
    const read: string[] = [];
    const get = (text: string) =>
      queries.get(text, () => {
        read.push(text);
        return parseQuery(text);
      });
    const first = get('up');
    for (let i = 0; i < 200; i++) get(`up + ${i}`);
    expect(get('up')).toBe(first);
    for (let i = 200; i < 400; i++) get(`up + ${i}`);
    expect(get('up')).toBe(first);
    expect(read).toHaveLength(401);
    get('up + 0');
    expect(read).toHaveLength(402);
  });

  it('are not kept when they are long, or wrong', () => {
    const queries = new ParsedQueries();
    const long = `up{job="${'x'.repeat(5000)}"}`;
    expect(queries.get(long, parseQuery)).not.toBe(queries.get(long, parseQuery));
    expect(() => queries.get('up +', parseQuery)).toThrow();
    expect(() => queries.get('up +', parseQuery)).toThrow();
  });
});
