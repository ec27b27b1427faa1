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
      expect(Buffer.compare(Buffer.from(idsOf(postings, list)), Buffer.from(Uint32Array.from(ids)))).toBe(0);
    }
    expect(postings.find(1, 3)).toBe(-1);
    expect([...postings.names()]).toEqual([1, 2, 3, 4]);
    expect([...postings.listsOf(1)].map((list) => postings.valueOf(list)).sort()).toEqual([0, 1, 2]);
    expect([...postings.listsOf(9)]).toEqual([]);
  });

  it('lose ids and shrink, also long ones to which more is added meanwhile', async () => {
    const postings = new Postings(new SymbolTable(1));
    const add = (name: number, value: number, id: number) => postings.add(postings.listFor(name, value), id);
    for (let id = 0; id < 60_000; id++) {
      add(1, 0, id);
      add(1, 1 + (id % 7), id);
      if (id % 100 === 0) add(2, id, id);
    }
    let next = 60_000;
    const more = () => {
      add(1, 0, next);
      add(2, next, next);
      next++;
      return undefined;
    };
    const keep = async (isKept: (id: number) => boolean) => {
      for (const list of await postings.filter((id) => id >= 60_000 || isKept(id), more)) postings.free(list);
      const lists = [...postings.listsOf(1), ...postings.listsOf(2)];
      for (const list of lists) {
        const ids = [...idsOf(postings, list)];
        expect(ids.length).toBeGreaterThan(0);
        expect(ids.every((id, i) => (id >= 60_000 || isKept(id)) && (i === 0 || id > ids[i - 1]))).toBe(true);
      }
      const all = postings.find(1, 0);
      const kept = Array.from({ length: 60_000 }, (_, id) => id).filter(isKept);
      expect(postings.length(all)).toBe(kept.length + next - 60_000);
      expect([...postings.listsOf(2)].length).toBe(
        kept.filter((id) => id % 100 === 0).length + next - 60_000,
      );
    };
    await keep((id) => id % 7 !== 3);
    expect(postings.find(1, 4)).toBe(-1);
    await keep((id) => id % 7 !== 3 && id < 30_000);
    await keep((id) => id % 7 === 1 && id < 3000);
    await keep(() => false);
    expect(postings.find(1, 1)).toBe(-1);
  });
});

function idsOf(postings: Postings, list: number): Uint32Array {
  const ids = new Uint32Array(postings.length(list));
  postings.copyIds(list, ids, 0);
  return ids;
}
