import { Labels, TinyObsError } from '@tinyobs/model';
import { expect, it } from 'vitest';
import { SERIES_CACHE_BYTES_MAX } from '../limits.js';
import { SeriesCache } from './seriesCache.js';

const NONE = { externalLabels: {}, relabeling: [] };

it('gives series with the same labels the same place, whatever made them the same', () => {
  const rule = {
    action: 'labeldrop' as const,
    regex: 'pod',
    ...{ sourceLabels: [], separator: ';', modulus: 0, targetLabel: '', replacement: '$1' },
  };
  const cache = new SeriesCache({ externalLabels: { site: 'a', job: 'x' }, relabeling: [rule] }, (id) =>
    Labels.fromObject({ __name__: 'up', job: 'j', pod: String(id) }),
  );
  expect(cache.get(1)).toEqual(cache.get(2));
  const { labels } = cache.get(1) as { labels: Uint8Array };
  const text = Buffer.from(labels).toString();
  expect([text.includes('site'), text.includes('pod'), text.includes('x')]).toEqual([true, false, false]);
});

it('says that a series was forgotten', () => {
  const cache = new SeriesCache(NONE, () => {
    throw new TinyObsError('store_busy', 'forgotten');
  });
  expect(cache.get(1)).toBe('forgotten');
});

it('keeps what is asked for often, and no more than it may', () => {
  let made = 0;
  const value = 'v'.repeat(2 ** 20);
  const cache = new SeriesCache(NONE, (id) => {
    made++;
    return Labels.fromObject({ __name__: `m_${id}`, value });
  });
  const many = SERIES_CACHE_BYTES_MAX / 2 ** 20;
  for (let id = 1; id <= many; id++) {
    cache.get(id);
    cache.get(0);
  }
  expect(made).toBe(many + 1);
  cache.get(1);
  expect(made).toBe(many + 2);
});
