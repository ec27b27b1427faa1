import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Labels } from './labels.js';
import { compareUtf8 } from './utf8.js';

const text = fc.string({ unit: 'binary', maxLength: 4 });
const labels = fc.dictionary(text, text, { maxKeys: 6 }).map((object) => Labels.fromObject(object));
const encoder = new TextEncoder();

describe('Labels', () => {
  it('orders names and leaves out empty values', () => {
    const set = Labels.from([
      ['job', 'a'],
      ['empty', ''],
      ['__name__', 'up'],
      ['Zone', 'z'],
    ]);
    expect(set.flat).toEqual(['Zone', 'z', '__name__', 'up', 'job', 'a']);
    expect(set.size).toBe(3);
    expect(set.metricName).toBe('up');
    expect(set.get('empty')).toBe('');
    expect(set.has('empty')).toBe(false);
  });

  it('refuses a name that is given twice', () => {
    const pairs: [string, string][] = [
      ['a', '1'],
      ['b', '2'],
      ['a', '3'],
    ];
    expect(() => Labels.from(pairs)).toThrow(expect.objectContaining({ code: 'invalid_label' }));
  });

  it('orders names beyond the basic plane after those below it, as their bytes are', () => {
    // In UTF-16 the surrogates of U+1F600 would come before U+FF5E.
    expect(Labels.fromObject({ '\u{1f600}': 'x', '\uff5e': 'y' }).flat).toEqual([
      '\uff5e',
      'y',
      '\u{1f600}',
      'x',
    ]);
  });

  it('adds, replaces and removes with `with`', () => {
    fc.assert(
      fc.property(labels, text, text, (set, name, value) => {
        const others = [...set].filter(([other]) => other !== name);
        expect(set.with(name, value).flat).toEqual(Labels.from([...others, [name, value]]).flat);
      }),
    );
  });

  it('splits into what is kept and what is dropped', () => {
    fc.assert(
      fc.property(labels, fc.array(text), (set, extra) => {
        const names = new Set([...extra, ...set.flat.filter((_, i) => i % 4 === 0)]);
        const kept = set.keep(names);
        const rest = set.drop(names);
        expect(Labels.from([...kept, ...rest]).flat).toEqual(set.flat);
        expect([...kept].every(([name]) => names.has(name))).toBe(true);
        expect([...rest].some(([name]) => names.has(name))).toBe(false);
      }),
    );
  });

  it('has equal keys for equal sets only', () => {
    const fewLabels = fc
      .dictionary(fc.constantFrom('a', 'b', 'ab', 'a\u0000'), fc.constantFrom('a', 'b', 'ba', '\u0000b'), {
        maxKeys: 3,
      })
      .map((object) => Labels.fromObject(object));
    fc.assert(
      fc.property(fewLabels, fewLabels, (a, b) => {
        expect(a.key === b.key).toBe(JSON.stringify(a.flat) === JSON.stringify(b.flat));
        expect(a.compare(b) === 0).toBe(a.key === b.key);
        expect(Math.sign(a.compare(b))).toBe(-Math.sign(b.compare(a)) + 0);
      }),
    );
  });

  it('compares name by name and value by value, a prefix first', () => {
    const objects: Record<string, string>[] = [{}, { a: '1' }, { a: '1', b: '1' }, { a: '2' }, { b: '1' }];
    const sets = objects.map((object) => Labels.fromObject(object));
    const shuffled = [sets[3], sets[0], sets[4], sets[2], sets[1]];
    expect(shuffled.sort((a, b) => a.compare(b))).toEqual(sets);
  });

  it('makes objects that hold any name as plain data', () => {
    const set = Labels.from([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
    expect(Object.entries(set.toObject())).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
  });

  it.each([
    [{}, '{}'],
    [{ __name__: 'up' }, 'up'],
    [{ __name__: 'up', job: 'a"b\n' }, 'up{job="a\\"b\\n"}'],
    [{ job: 'a' }, '{job="a"}'],
    [{ __name__: 'http.time', 'net.peer': 'a' }, '{"http.time", "net.peer"="a"}'],
  ])('%j is written %s', (object, written) => {
    expect(Labels.fromObject(object as Record<string, string>).toString()).toBe(written);
  });
});

describe('compareUtf8', () => {
  it('is the order of the bytes', () => {
    const nearSurrogates = fc.string({
      unit: fc.constantFrom('a', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'),
      maxLength: 4,
    });
    fc.assert(
      fc.property(fc.oneof(text, nearSurrogates), fc.oneof(text, nearSurrogates), (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(compareBytes(encoder.encode(a), encoder.encode(b)));
      }),
      { numRuns: 1000 },
    );
  });
});

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    if (a[i] !== b[i]) return Math.sign(a[i] - b[i]);
  }
  return Math.sign(a.length - b.length);
}
