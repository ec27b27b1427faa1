import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Comment, KnownComments } from './knownComments.js';

function viewOf(text: string): DataView {
  const bytes = new TextEncoder().encode(text);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function comment(text: string): Comment {
  return { kind: 'help', family: 'a', text };
}

describe('KnownComments', () => {
  it('finds a line wherever it stands in a body', () => {
    const known = new KnownComments();
    const line = '# HELP a Text of a.';
    known.keep(viewOf(line), 0, line.length, comment('Text of a.'));
    for (let before = 0; before < 9; before++) {
      const body = viewOf(`${'\n'.repeat(before)}${line}\nrest`);
      expect(known.find(body, before, before + line.length)).toEqual(comment('Text of a.'));
    }
  });

  it('finds no line of which any byte is another, or that is shorter or longer', () => {
    const known = new KnownComments();
    const line = '# TYPE abc gauge';
    known.keep(viewOf(line), 0, line.length, comment(''));
    for (let i = 0; i < line.length; i++) {
      const other = `${line.slice(0, i)}~${line.slice(i + 1)}`;
      expect(known.find(viewOf(other), 0, other.length)).toBeUndefined();
    }
    expect(known.find(viewOf(line), 0, line.length - 1)).toBeUndefined();
    expect(known.find(viewOf(line), 1, line.length)).toBeUndefined();
    expect(known.find(viewOf(`${line}s`), 0, line.length + 1)).toBeUndefined();
  });

  it('keeps no line that is longer than 256 bytes', () => {
    const known = new KnownComments();
    const line = viewOf('x'.repeat(300));
    known.keep(line, 0, 257, comment('long'));
    known.keep(line, 0, 256, comment('fits'));
    expect(known.find(line, 0, 257)).toBeUndefined();
    expect(known.find(line, 0, 256)).toEqual(comment('fits'));
  });

  it('never takes one line for another, and always knows the latest, however many there are', () => {
    const known = new KnownComments();
    const line = fc.string({ unit: fc.constantFrom('a', 'b', '#', ' '), maxLength: 12 });
    fc.assert(
      fc.property(line, line, (kept, asked) => {
        known.keep(viewOf(kept), 0, kept.length, comment(kept));
        expect(known.find(viewOf(kept), 0, kept.length)).toEqual(comment(kept));
        const found = known.find(viewOf(asked), 0, asked.length);
        if (found !== undefined) expect(found).toEqual(comment(asked));
      }),
      { numRuns: 5000 },
    );
  });
});
