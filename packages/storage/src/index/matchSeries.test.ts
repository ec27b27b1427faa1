import { encodeLabels, Labels, Matcher } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import { QueryGuard } from '../query/queryGuard.js';
import { NEVER_ABORTED } from '../storeFixture.suite.js';
import { matchSeries } from './matchSeries.js';
import { SeriesIndex } from './seriesIndex.js';

/** More than the values whose verdicts are kept. */
const SERIES = 40_000;

function labelsOf(i: number): Record<string, string> {
  return { __name__: 'm', pod: `pod ${i}`, half: String(i % 2), ...(i % 3 === 0 ? { third: 'yes' } : {}) };
}

describe('series that pass matchers', () => {
  const index = new SeriesIndex();
  for (let i = 0; i < SERIES; i++) {
    const bytes = encodeLabels(Labels.fromObject(labelsOf(i)));
    index.add(bytes, 0, bytes.length);
  }

  it.each<[string, Matcher[]]>([
    ['one expression', [new Matcher('pod', '=~', 'pod .*7')]],
    [
      'expressions that both look at each value',
      [new Matcher('pod', '=~', '.*[1-4]'), new Matcher('pod', '!~', '.*3.*')],
    ],
    ['what may be missing', [new Matcher('third', '!=', 'yes'), new Matcher('pod', '=~', '.+9')]],
    ['only what may be missing', [new Matcher('third', '=', ''), new Matcher('other', '!~', '.+')]],
    [
      'values that are listed, and an expression',
      [new Matcher('half', '=', '1'), new Matcher('pod', '=~', '.*[^5]')],
    ],
    ['nothing', [new Matcher('pod', '=~', 'x.+'), new Matcher('half', '=~', '.')]],
  ])('are those that pass each: %s', async (_what, matchers) => {
    const visible = SERIES - 10;
    const passes = (i: number) => matchers.every((one) => one.matches(labelsOf(i)[one.name] ?? ''));
    const expected = Array.from({ length: visible }, (_, i) => i).filter(passes);
    const found = await matchSeries(index, matchers, visible, new QueryGuard(NEVER_ABORTED, NEVER_ABORTED));
    expect([...found]).toEqual(expected);
  });
});
