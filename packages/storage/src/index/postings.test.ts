import { describe, expect, it } from 'vitest';
import { Postings } from './postings.js';
import { SymbolTable } from './symbolTable.js';

describe('postings', () => {
  it('keep every list ascending while lists grow, move and take over the places of others', () => {
    const postings = new Postings(new SymbolTable(1));
    const expected = new Map<string, number[]>();
    for (let id = 0; id < 30_000; id++) {
      for (const [name, value] of [
        [1, id % 3],
        [2, id % 700],
        [3, Math.floor(Math.sqrt(id))],
        [4, id],
      ]) {
        postings.add(postings.listFor(name, value), id);
        const key = `${name}/${value}`;
        const list = expected.get(key);
        if (list) list.push(id);
        else expected.set(key, [id]);
      }
    }
    for (const [key, ids] of expected) {
      const [name, value] = key.split('/').map(Number);
      const list = postings.find(name, value);
      expect(postings.length(list)).toBe(ids.length);
      expect(Buffer.compare(Buffer.from(postings.ids(list)), Buffer.from(Uint32Array.from(ids)))).toBe(0);
    }
    expect(postings.find(1, 3)).toBe(-1);
    expect([...postings.names()]).toEqual([1, 2, 3, 4]);
    expect([...postings.listsOf(1)].map((list) => postings.valueOf(list)).sort()).toEqual([0, 1, 2]);
    expect([...postings.listsOf(9)]).toEqual([]);
  });
});
