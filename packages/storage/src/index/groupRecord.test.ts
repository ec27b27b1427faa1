import { encodeLabels, Labels } from '@tinyobs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GroupBuilder, GroupReader } from './groupRecord.js';
import { SeriesIndex } from './seriesIndex.js';

const labelSet = fc
  .record(
    {
      a: fc.constantFrom('1', '2'),
      b: fc.constantFrom('1', '2'),
      c: fc.constantFrom('1', 'ein längerer Wert'),
      many: fc.constantFrom('yes', 'no'),
    },
    { requiredKeys: [] },
  )
  .map(({ many, ...some }): Record<string, string> => {
    // More labels than readers have room for at first.
    const others = many === 'yes' ? Array.from({ length: 70 }, (_, i) => [`n${i}`, '1']) : [];
    return { ...some, ...Object.fromEntries(others) };
  });

describe('groups of series', () => {
  it('give back the wanted ones, with their postings', async () => {
    const series = fc.array(
      fc.record({ labels: labelSet, gap: fc.constantFrom(0, 0, 0, 1, 100), isWanted: fc.boolean() }),
      { minLength: 1, maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(series, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        async (groups, all) => {
          const written = new SeriesIndex();
          const wanted = new Map<number, Labels>();
          const payloads = groups.map((group) => {
            const builder = new GroupBuilder(written);
            for (const { labels, gap, isWanted } of group) {
              // Labels of their own: the index knows series by them.
              const id = written.end + gap;
              const set = Labels.fromObject({ ...labels, id: String(id) });
              const bytes = encodeLabels(set);
              builder.add(written.add(bytes, 0, bytes.length, id));
              if (all || isWanted) wanted.set(id, set);
            }
            return builder.finish(0);
          });

          const index = new SeriesIndex();
          const reader = new GroupReader(index, { end: written.end, isWanted: (id) => wanted.has(id) });
          for (const payload of payloads) await reader.read(payload);

          expect([...index.rows.ids(index.end)]).toEqual([...wanted.keys()]);
          for (const [id, set] of wanted) {
            const bytes = encodeLabels(set);
            expect(index.find(bytes, 0, bytes.length)).toBe(id);
            expect(index.labels(id).key).toBe(set.key);
          }
          expect(postingsOf(index)).toEqual(expectedPostings(wanted));
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** The ids of each label, by its name and value. */
function postingsOf({ postings, symbols }: SeriesIndex): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const name of postings.names()) {
    for (const list of postings.listsOf(name)) {
      const ids = new Uint32Array(postings.length(list));
      postings.copyIds(list, ids, 0);
      found.set(`${symbols.text(name)}=${symbols.text(postings.valueOf(list))}`, [...ids]);
    }
  }
  return found;
}

function expectedPostings(series: ReadonlyMap<number, Labels>): Map<string, number[]> {
  const expected = new Map<string, number[]>();
  for (const [id, { flat }] of series) {
    for (let i = 0; i < flat.length; i += 2) {
      const label = `${flat[i]}=${flat[i + 1]}`;
      expected.set(label, [...(expected.get(label) ?? []), id]);
    }
  }
  return expected;
}
