import { ALL } from '@tinyobs/model/queryVariables';
import { describe, expect, it } from 'vitest';
import type { Panel } from '../api/dashboards.js';
import { BLANK_VARIABLE, newPanel } from './newDashboard.js';
import { leftOut, REPEATS_MAX, repeatPanels } from './repeatPanels.js';
import type { ChosenVariable } from './useVariables.js';

const HEAD: Panel = { ...newPanel('row', { x: 0, y: 0, w: 24, h: 2 }), id: 'head' };
const BELOW: Panel = { ...newPanel('graph', { x: 0, y: 7, w: 12, h: 8 }), id: 'below' };
const repeated = (change: Partial<Panel> = {}): Panel => ({
  ...newPanel('stat', { x: 4, y: 2, w: 6, h: 5 }),
  ...{ id: 'disk', repeat: 'disk', ...change },
});
const disks = (chosen: readonly string[], options = ['a', 'b', 'c', 'd', 'e']): ChosenVariable => ({
  variable: { ...BLANK_VARIABLE, name: 'disk', isMulti: true, hasAll: true },
  ...{ options, chosen, failure: null },
});
const placesOf = (panel: Panel, known: readonly ChosenVariable[]) =>
  repeatPanels([HEAD, panel, BELOW], known).map(({ panel: { id, x, y, w, h }, values }) =>
    [id, `${x},${y} ${w}x${h}`, ...(id.startsWith('disk:') ? values['disk'] : [])].join(' '),
  );

describe('a panel that is repeated', () => {
  it('is there for each chosen value, side by side in lines, and what is below makes room', () => {
    expect(placesOf(repeated(), [disks([ALL])])).toEqual([
      'head 0,0 24x2',
      'disk:0 0,2 6x5 a',
      'disk:1 6,2 6x5 b',
      'disk:2 12,2 6x5 c',
      'disk:3 18,2 6x5 d',
      'disk:4 0,7 6x5 e',
      'below 0,12 12x8',
    ]);
    expect(placesOf(repeated(), [disks(['d', 'b'])])).toEqual([
      'head 0,0 24x2',
      'disk:0 0,2 12x5 d',
      'disk:1 12,2 12x5 b',
      'below 0,7 12x8',
    ]);
  });

  it('is there one below the other, as wide as it is', () => {
    expect(placesOf(repeated({ perRow: 1 }), [disks(['a', 'b'])])).toEqual([
      'head 0,0 24x2',
      'disk:0 4,2 6x5 a',
      'disk:1 4,7 6x5 b',
      'below 0,12 12x8',
    ]);
  });

  it('means a single value in each, and all else as it is', () => {
    const other = { ...disks(['x']), variable: { ...BLANK_VARIABLE, name: 'job' }, options: ['x'] };
    const [, first] = repeatPanels([HEAD, repeated()], [disks([ALL]), other]);
    expect(first.meanings).toEqual({ disk: { values: ['a'] }, job: { values: ['x'] } });
    expect(first).toMatchObject({ savedId: 'disk', values: { disk: ['a'], job: ['x'] } });
  });

  it.each([
    ['its variable has no values', [disks([], [])]],
    ['there is no such variable', []],
  ])('is there once where %s', (_case, known) => {
    expect(placesOf(repeated(), known)).toEqual(['head 0,0 24x2', 'disk 4,2 6x5', 'below 0,7 12x8']);
  });

  it('is there so many times and no more, which can be told', () => {
    const many = disks(
      [ALL],
      Array.from({ length: REPEATS_MAX + 7 }, (_, place) => String(place)),
    );
    expect(placesOf(repeated(), [many])).toHaveLength(REPEATS_MAX + 2);
    expect(leftOut(repeated(), [many])).toBe(7);
    expect(leftOut(repeated(), [disks([ALL])])).toBe(0);
  });

  it('leaves a dashboard without one as it is, gaps and all', () => {
    const apart = { ...BELOW, y: 90 };
    expect(repeatPanels([HEAD, apart], []).map(({ panel }) => panel)).toEqual([HEAD, apart]);
  });
});
