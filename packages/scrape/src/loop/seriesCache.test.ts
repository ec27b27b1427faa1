import { decodeText } from '@tinyobs/formats';
import { Labels, METRIC_NAME, WriteBatch } from '@tinyobs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExposedSeries } from './exposedSeries.js';
import { SeriesCache } from './seriesCache.js';

const NUMBERING = {};

/** Entries of the cache for these metrics, seen in a scrape. */
function see(cache: SeriesCache, metrics: Iterable<string>): Map<string, 'new' | 'known' | 'again'> {
  const batch = new WriteBatch();
  const seen = new Map<string, 'new' | 'known' | 'again'>();
  for (const metric of metrics) {
    const series = batch.addSeries(Labels.fromObject({ [METRIC_NAME]: metric }));
    const entry = cache.entryOf(batch, series);
    seen.set(metric, cache.see(entry));
    cache.trackedAt[entry] = cache.scrape;
    cache.references[entry] = Number(metric.slice(1)) + 1;
  }
  return seen;
}

const namesOf = (cache: SeriesCache, entries: Iterable<number>) =>
  [...entries].map((entry) => cache.labelsOf(entry).metricName).sort();

describe('the cache of series', () => {
  it('knows what was in the last scrape and what is gone, as a set does', () => {
    const scrape = fc.uniqueArray(fc.integer({ min: 0, max: 400 }), { maxLength: 300 });
    fc.assert(
      fc.property(fc.array(scrape, { maxLength: 12 }), (scrapes) => {
        const cache = new SeriesCache();
        let before = new Set<string>();
        for (const ids of scrapes) {
          const now = new Set(ids.map((id) => `m${id}`));
          cache.begin(NUMBERING);
          for (const [metric, seen] of see(cache, now)) {
            expect(seen).toBe(before.has(metric) ? 'known' : 'new');
          }
          expect(namesOf(cache, cache.vanished())).toEqual([...before].filter((one) => !now.has(one)).sort());
          cache.commit();
          cache.forgetUnseen();
          expect(cache.size).toBe(now.size);
          before = now;
        }
      }),
    );
  });

  it('stays as large as what is there, whatever comes and goes', () => {
    const cache = new SeriesCache();
    for (let round = 0; round < 50; round++) {
      cache.begin(NUMBERING);
      see(
        cache,
        [...Array(500).keys()].map((i) => `m${round * 500 + i}`),
      );
      cache.commit();
      cache.forgetUnseen();
      expect(cache.size).toBe(500);
    }
    expect(cache.seenAt.length).toBeLessThanOrEqual(4096);
    cache.begin(NUMBERING);
    expect(see(cache, ['m24999', 'm0'])).toEqual(
      new Map([
        ['m24999', 'known'],
        ['m0', 'new'],
      ]),
    );
  });

  it('forgets references under another numbering', () => {
    const cache = new SeriesCache();
    cache.begin(NUMBERING);
    see(cache, ['m1', 'm2']);
    expect(cache.takeTracked({})).toEqual([]);
    cache.begin(NUMBERING);
    see(cache, ['m1', 'm2']);
    cache.commit();
    cache.begin({});
    expect([...cache.references.subarray(0, 2)]).toEqual([0, 0]);
  });

  it('keeps what is to be marked until a scrape is stored, and forgets what came with a failed one', () => {
    const cache = new SeriesCache();
    cache.begin(NUMBERING);
    see(cache, ['m1', 'm2']);
    cache.commit();
    cache.begin(NUMBERING);
    see(cache, ['m1']);
    // Not stored.
    cache.begin(NUMBERING);
    expect(namesOf(cache, cache.vanished())).toEqual(['m1', 'm2']);
    see(cache, ['m3']);
    cache.forgetBorn();
    cache.begin(NUMBERING);
    expect(namesOf(cache, cache.vanished())).toEqual(['m1', 'm2']);
    cache.commit();
    cache.begin(NUMBERING);
    expect(namesOf(cache, cache.vanished())).toEqual([]);
  });

  it.each([2 ** 20, 2 ** 14])(
    'finds series by what they are written as, as by their labels, with %i bytes for all targets',
    (sizeBytesMax) => {
      const id = fc.integer({ min: 0, max: 300 });
      const line = fc.tuple(
        id,
        fc.constantFrom('m{x="1",y="#"} 1', 'm{y="#",x="1"} 1', 'm{y="#"} +1', 'm#  1'),
      );
      const body = fc
        .array(line, { maxLength: 200 })
        .map((lines) => Buffer.from(lines.map(([own, text]) => `${text.replace('#', `${own}`)}\n`).join('')));
      const scrape = fc.tuple(fc.nat(2), body, fc.boolean());
      fc.assert(
        fc.property(fc.array(scrape, { maxLength: 30 }), (scrapes) => {
          const exposed = new ExposedSeries({ sizeBytesMax });
          const caches = [new SeriesCache(), new SeriesCache(), new SeriesCache()];
          for (const [target, text, isStored] of scrapes) {
            const cache = caches[target];
            cache.begin(NUMBERING);
            const found = new WriteBatch();
            exposed.decode(text, 'text/plain', found);
            const entries = cache.entriesOf(found, exposed);
            const plain = new WriteBatch();
            decodeText(text, plain, { nowMs: 0, keepsEmptyLabels: true });
            expect(found.seriesCount).toBe(plain.seriesCount);
            expect([...entries]).toEqual(Array.from(entries, (_, series) => cache.entryOf(plain, series)));
            for (const entry of entries) cache.see(entry);
            cache.commit();
            if (isStored) cache.forgetUnseen();
          }
        }),
        { numRuns: 50 },
      );
    },
  );
});
