import { encodeLabels, Labels, Matcher } from '@tinyobs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QueryGuard } from '../query/queryGuard.js';
import { matchSeries } from './matchSeries.js';
import { SeriesIndex, type Unused } from './seriesIndex.js';

type LabelSet = Readonly<Record<string, string>>;

const labels: fc.Arbitrary<LabelSet> = fc.record(
  {
    __name__: fc.constantFrom('a', 'bb'),
    job: fc.constantFrom('x', 'y', 'a value that is longer'),
    i: fc.nat(30).map((n) => 'i'.repeat(1 + (n % 7)) + n),
    even: fc.constantFrom('yes', 'no'),
  },
  { requiredKeys: ['__name__'] },
);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('add' as const), labels }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('forget' as const),
      matcher: fc
        .tuple(fc.constantFrom('__name__', 'job', 'i', 'even'), fc.constantFrom('=', '!=', '=~'))
        .chain(([name, type]) =>
          fc
            .constantFrom('a', 'bb', 'x', 'y', 'yes', 'i0', 'ii1')
            .map((value) => new Matcher(name, type as '=' | '!=' | '=~', value)),
        ),
      /** Series that come while postings are gone through. */
      meanwhile: fc.array(labels, { maxLength: 8 }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'release' as const }) },
);

/** An index beside what it must know. */
class Subject {
  readonly index = new SeriesIndex();
  readonly #live = new Map<number, LabelSet>();
  readonly #retired: { readonly labels: ReadonlyMap<number, LabelSet>; readonly unused: Unused }[] = [];

  add(set: LabelSet): void {
    const { index } = this;
    const bytes = encodeLabels(Labels.fromObject(set));
    const known = index.find(bytes, 0, bytes.length);
    const expected = [...this.#live].find(([, other]) => nameOf(other) === nameOf(set))?.[0] ?? -1;
    expect(known).toBe(expected);
    if (known >= 0) return;
    const { end } = index;
    expect(index.add(bytes, 0, bytes.length)).toBe(end);
    index.visible = index.end;
    this.#live.set(end, set);
  }

  async forget(matcher: Matcher, meanwhile: readonly LabelSet[]): Promise<void> {
    const labels = new Map([...this.#live].filter(([, set]) => matcher.matches(set[matcher.name] ?? '')));
    for (const id of labels.keys()) {
      this.index.retire(id);
      this.#live.delete(id);
    }
    const coming = [...meanwhile];
    const unused = await this.index.sweep(() => {
      const next = coming.pop();
      if (next) this.add(next);
      return undefined;
    });
    this.#retired.push({ labels, unused });
  }

  release(): void {
    const oldest = this.#retired.shift();
    if (!oldest) return;
    for (const id of oldest.labels.keys()) this.index.release(id);
    this.index.free(oldest.unused);
    for (const id of oldest.labels.keys()) expect(this.index.remembers(id)).toBe(false);
  }

  async check(): Promise<void> {
    const { index } = this;
    expect(index.count).toBe(this.#live.size);
    for (const [id, set] of this.#live) {
      const bytes = encodeLabels(Labels.fromObject(set));
      expect(index.find(bytes, 0, bytes.length)).toBe(id);
      expect(nameOf(textsOf(index, id))).toBe(nameOf(set));
      const metric = new TextDecoder().decode(index.symbols.bytes(index.metricOf(id)));
      expect(metric).toBe(set.__name__);
    }
    for (const { labels } of this.#retired) {
      for (const [id, set] of labels) expect(nameOf(textsOf(index, id))).toBe(nameOf(set));
    }
    for (const matcher of MATCHERS) {
      const { signal } = new AbortController();
      const found = await matchSeries(index, [matcher], index.visible, new QueryGuard(signal, signal));
      const expected = [...this.#live].filter(([, set]) => matcher.matches(set[matcher.name] ?? ''));
      expect([...found]).toEqual(expected.map(([id]) => id));
    }
    const names = new Set([...this.#live.values()].flatMap((set) => Object.keys(set)));
    expect(new Set([...index.postings.names()].map((name) => index.symbols.text(name)))).toEqual(names);
  }
}

const MATCHERS = [
  new Matcher('__name__', '=', 'a'),
  new Matcher('__name__', '!=', 'a'),
  new Matcher('job', '=~', 'x|a value.*'),
  new Matcher('job', '=~', '.+'),
  new Matcher('i', '=~', 'i+1.*'),
  new Matcher('even', '=', ''),
];

describe('the index of series', () => {
  it('knows what was added and not forgotten, while it forgets, and after', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), async (steps) => {
        const subject = new Subject();
        for (const action of steps) {
          if (action.kind === 'add') subject.add(action.labels);
          else if (action.kind === 'forget') await subject.forget(action.matcher, action.meanwhile);
          else subject.release();
          if (action.kind !== 'add') await subject.check();
        }
        await subject.check();
      }),
      { numRuns: 150 },
    );
  });

  it('finds series in their order, but for those that were forgotten', async () => {
    const index = new SeriesIndex();
    const sets = ['a', 'b', 'c', 'd'].map((name) => encodeLabels(Labels.fromObject({ __name__: name })));
    const findAll = () => sets.map((bytes) => index.find(bytes, 0, bytes.length));
    for (const bytes of sets) index.add(bytes, 0, bytes.length);
    expect(findAll()).toEqual([0, 1, 2, 3]);
    index.retire(2);
    expect(findAll()).toEqual([0, 1, -1, 3]);
    index.add(sets[2], 0, sets[2].length);
    expect(findAll()).toEqual([0, 1, 4, 3]);
    expect(findAll().concat(findAll())).toEqual([0, 1, 4, 3, 0, 1, 4, 3]);
  });

  it('takes no more memory for series that come and go', async () => {
    const index = new SeriesIndex();
    const sizes: number[] = [];
    for (let day = 0; day < 24; day++) {
      for (let i = 0; i < 3000; i++) {
        const set = { __name__: `m${i % 10}`, pod: `pod-${100 + day}-${i}`, job: `j${i % 3}`, day: `${day}` };
        const bytes = encodeLabels(Labels.fromObject(set));
        index.add(bytes, 0, bytes.length);
      }
      const old = index.rows.ids(Math.max(0, index.end - 6000));
      for (const id of old) index.retire(id);
      const unused = await index.sweep(() => undefined);
      for (const id of old) index.release(id);
      index.free(unused);
      sizes.push(index.sizeBytes);
    }
    expect(index.count).toBe(6000);
    // What is left grows with the ids: 4 B for 64 of them, in an array that doubles.
    expect(sizes[23] - sizes[5]).toBeLessThan((2 * 4 * 24 * 3000) / 64);
  });

  it('asks again instead of telling wrong labels of a series that was forgotten long ago', async () => {
    const index = new SeriesIndex();
    const bytes = encodeLabels(Labels.fromObject({ __name__: 'gone' }));
    index.add(bytes, 0, bytes.length);
    index.retire(0);
    const unused = await index.sweep(() => undefined);
    expect(index.values(0)).toHaveLength(1);
    index.release(0);
    index.free(unused);
    const other = encodeLabels(Labels.fromObject({ __name__: 'here' }));
    expect(index.add(other, 0, other.length)).toBe(1);
    expect(index.labels(1).toString()).toBe('here');
    expect(() => index.labels(0)).toThrow(expect.objectContaining({ code: 'store_busy' }));
  });
});

/** The labels of a series from its symbols, whatever is kept of it as an object. */
function textsOf(index: SeriesIndex, id: number): LabelSet {
  const values = index.values(id);
  return Object.fromEntries(
    [...index.names(id)].map((name, i) => [index.symbols.text(name), index.symbols.text(values[i])]),
  );
}

function nameOf(set: LabelSet): string {
  return Labels.fromObject(set).toString();
}
