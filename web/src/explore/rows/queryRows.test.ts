import { describe, expect, it } from 'vitest';
import { type ExploreRoute, parseRoute, QUERIES_MAX } from '../../state/route.js';
import { askedQueries, changed, duplicated, moved, newRow, routeRows, rowsOf, without } from './queryRows.js';

const routeOf = (search: string) => parseRoute(`#/explore?${search}`) as ExploreRoute;
const three = rowsOf(routeOf('q=a&q=b&q=c&hidden=B&built=C&explained=AB'), []);
const texts = (rows: typeof three) => rows.map(({ text }) => text).join('');

describe('rows of queries', () => {
  it('are what the route says, and the other way round', () => {
    expect(routeRows(three)).toEqual({
      queries: ['a', 'b', 'c'],
      hidden: [1],
      built: [2],
      explained: [0, 1],
    });
  });

  it('take their marks along when they move, are copied or go', () => {
    expect(routeRows(moved(three, three[1].id, -1))).toMatchObject({ queries: ['b', 'a', 'c'], hidden: [0] });
    expect(routeRows(moved(three, three[1].id, 1))).toMatchObject({ queries: ['a', 'c', 'b'], built: [1] });
    expect(routeRows(duplicated(three, three[1].id))).toMatchObject({
      queries: ['a', 'b', 'b', 'c'],
      hidden: [1, 2],
      built: [3],
    });
    expect(routeRows(without(three, three[0].id))).toMatchObject({ queries: ['b', 'c'], hidden: [0] });
  });

  it('do not move past the ends', () => {
    expect(moved(three, three[0].id, -1)).toBe(three);
    expect(moved(three, three[2].id, 1)).toBe(three);
  });

  it('have ids of their own, which stay where only the route changes', () => {
    const copy = duplicated(three, three[0].id);
    expect(new Set(copy.map(({ id }) => id)).size).toBe(4);
    expect(rowsOf(routeOf('q=x&q=y'), three).map(({ id }) => id)).toEqual([three[0].id, three[1].id]);
  });

  it('are at least one and no more than there may be', () => {
    const only = [{ ...newRow(), text: 'a' }];
    expect(texts(without(only, only[0].id))).toBe('');
    const full = rowsOf(routeOf(Array.from({ length: QUERIES_MAX }, (_, at) => `q=${at}`).join('&')), []);
    expect(duplicated(full, full[0].id)).toBe(full);
  });

  it('are not asked while they are hidden', () => {
    expect(askedQueries(routeRows(three))).toEqual(['a', '', 'c']);
    expect(askedQueries(routeRows(changed(three, three[1].id, { isHidden: false })))).toEqual([
      'a',
      'b',
      'c',
    ]);
  });
});
