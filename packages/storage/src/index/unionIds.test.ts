import { describe, expect, it } from 'vitest';
import { QueryGuard } from '../query/queryGuard.js';
import { NEVER_ABORTED } from '../storeFixture.suite.js';
import { Postings } from './postings.js';
import { SymbolTable } from './symbolTable.js';
import { unionIds } from './unionIds.js';

const guard = () => new QueryGuard(NEVER_ABORTED, NEVER_ABORTED);

describe('the union of lists of postings', () => {
  it.each([
    ['few ids', 500, 7],
    ['many ids of few lists', 40_000, 7],
    ['many lists', 40_000, 20_000],
    ['one list', 40_000, 1],
  ])('is ascending and ends where it should: %s', async (_what, idCount, listCount) => {
    const postings = new Postings(new SymbolTable(1));
    // Ids that are spread, with gaps, over lists of which only those of odd values are asked for.
    const expected: number[] = [];
    const end = 3 * idCount - 100;
    for (let i = 0; i < idCount; i++) {
      const id = 3 * i;
      const value = 1 + ((i * 7919) % listCount);
      postings.add(postings.listFor(1, value), id);
      if (value % 2 === 1 && id < end) expected.push(id);
    }
    const lists = [...postings.listsOf(1)].filter((list) => postings.valueOf(list) % 2 === 1);
    const union = await unionIds(postings, lists, end, guard());
    expect([...union]).toEqual(expected);
    // It is the caller's own: lists stay as they are.
    union.fill(0);
    expect(await unionIds(postings, lists, end, guard())).toEqual(Uint32Array.from(expected));
  });

  it('of no list is empty', async () => {
    expect(await unionIds(new Postings(new SymbolTable(1)), [], 10, guard())).toEqual(new Uint32Array(0));
  });
});
