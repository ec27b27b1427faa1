import { WriteBatch } from '@tinyobs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText } from './decodeText.js';

const encoder = new TextEncoder();

/** The series of a body as canonical bytes. */
function seriesOf(text: string): Uint8Array[] {
  const batch = new WriteBatch();
  const { refused } = decodeText(encoder.encode(text), batch, { nowMs: 0 });
  expect(refused).toEqual([]);
  return Array.from({ length: batch.seriesCount }, (_, i) =>
    batch.arena.slice(batch.seriesStarts[i], batch.seriesStarts[i + 1]),
  );
}

/** Names in all their orders, of lengths about those that take one byte. */
const labelName = fc.oneof(
  fc.constantFrom('a', 'A', '__n', '__name', '__name__a', '__o', '_', 'le', 'z9', 'zz'),
  fc.integer({ min: 120, max: 135 }).map((length) => 'n'.repeat(length)),
);
const labelValue = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', '{', '}', ',', '=', ' ', '#', '\t'), maxLength: 6 }),
  fc.constantFrom('', 'é', '\\\\', '\\"', '\\n', '\\t'),
  fc.integer({ min: 120, max: 300 }).map((length) => 'v'.repeat(length)),
);

describe('a series', () => {
  it('is the same however it is written', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('up', 'job:rate', 'm'.repeat(127), 'm'.repeat(128)),
        fc.dictionary(labelName, labelValue, { maxKeys: 5, noNullPrototype: true }),
        (name, labels) => {
          const pairs = Object.entries(labels).map(([label, value]) => [label, `"${value}"`]);
          const plain = `${name}{${pairs.map((pair) => pair.join('=')).join(',')}} 1\n`;
          const loose = `  ${name} { ${pairs.map((pair) => pair.join(' = ')).join(' , ')} }\t1\n`;
          const sorted = pairs.toSorted(([a], [b]) => (a < b ? -1 : 1));
          const ordered = `${name}{${sorted.map((pair) => pair.join('=')).join(',')}} 1\n`;
          const quoted = `{${[`"${name}"`, ...pairs.map(([label, value]) => `"${label}"=${value}`)].join(',')}} 1\n`;
          const [expected, ...others] = seriesOf(quoted + plain + loose + ordered);
          expect(others).toEqual([expected, expected, expected]);
        },
      ),
    );
  });

  it.each([30, 31, 32, 33, 64, 65, 300])('may have %d labels in any order', (count) => {
    const names = Array.from({ length: count }, (_, i) => `l${String((i * 7919) % 1000).padStart(3, '0')}`);
    const [shuffled, sorted] = seriesOf(
      [names, names.toSorted()]
        .map((list) => `a{${list.map((name) => `${name}="x"`).join(',')}} 1\n`)
        .join(''),
    );
    expect(shuffled).toEqual(sorted);
  });

  it('has its name and value however they are parted', () => {
    for (const line of [
      'a 1',
      'a  1',
      'a\t1',
      'a {} 1',
      'a{}1',
      'a  {b="c"}  1',
      'a{b="c"}1',
      'a 1\r',
      'a{b="c"} 1 \r',
    ]) {
      const batch = new WriteBatch();
      expect(decodeText(encoder.encode(line), batch, { nowMs: 5 }).refused).toEqual([]);
      expect(batch.labelsOf(0).metricName).toBe('a');
      expect(batch.values[0]).toBe(1);
      expect(batch.times[0]).toBe(5);
    }
  });
});
