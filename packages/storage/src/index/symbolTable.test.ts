import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SymbolTable } from './symbolTable.js';

const encoder = new TextEncoder();

describe('symbols by their texts', () => {
  it('are those of their bytes, however long texts are and whichever was sought before', () => {
    const text = fc.tuple(
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.constantFrom(0, 1, 340, 341, 342, 1024, 2000),
      fc.constantFrom('x', 'é', '語', '💥'),
    );
    const texts = fc.array(text.map(([start, count, unit]) => start + unit.repeat(count)));
    fc.assert(
      fc.property(texts, texts, (known, sought) => {
        const symbols = new SymbolTable(7);
        const numbers = new Map<string, number>();
        for (const one of known) {
          const bytes = encoder.encode(one);
          numbers.set(one, symbols.intern(bytes, 0, bytes.length));
        }
        for (const one of [...sought, ...known]) expect(symbols.findText(one)).toBe(numbers.get(one) ?? -1);
      }),
    );
  });
});
