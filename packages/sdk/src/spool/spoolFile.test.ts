import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSpoolFile, encodeSpoolFile, parseSpoolFileName, spoolFileName } from './spoolFile.js';

const packs = fc.uint8Array({ maxLength: 200 }).map((bytes) => new Uint8Array(bytes));
const counts = fc.integer({ min: 0, max: 2_000 });

/** The file of a batch, and what its name says. */
function fileOf(packed: Uint8Array, rowCount: number) {
  const facts = { rowCount, packedBytes: packed.length, format: 'json.gz' };
  return { facts, file: new Uint8Array(encodeSpoolFile(packed, rowCount)) };
}

describe('a file of the spool', () => {
  it('is laid out as its page says', () => {
    const { file, facts } = fileOf(new TextEncoder().encode('hi'), 3);
    expect(Buffer.from(file).toString('hex')).toBe(
      '544f4231' + '2d4a3fdc' + '03000000' + '02000000' + '6869',
    );
    const place = { timeMs: 1_700_000_000_000, number: 1, random: '0123456789abcdef' };
    const name = spoolFileName({ ...place, ...facts });
    expect(name).toBe('001700000000000-000000001-0123456789abcdef-3-2.json.gz');
    expect(parseSpoolFileName(name)).toEqual(facts);
  });

  it('gives back what was packed', () => {
    fc.assert(
      fc.property(packs, counts, (packed, rowCount) => {
        const { file, facts } = fileOf(packed, rowCount);
        expect(decodeSpoolFile(file, facts)).toEqual(packed);
      }),
    );
  });

  it('is not taken when it is torn', () => {
    fc.assert(
      fc.property(packs, counts, fc.nat(), (packed, rowCount, at) => {
        const { file, facts } = fileOf(packed, rowCount);
        expect(decodeSpoolFile(file.slice(0, at % file.length), facts)).toBeNull();
      }),
    );
  });

  it('is not taken with a bit flipped, nor with a byte more', () => {
    fc.assert(
      fc.property(packs, counts, fc.nat(), (packed, rowCount, at) => {
        const { file, facts } = fileOf(packed, rowCount);
        expect(decodeSpoolFile(new Uint8Array([...file, 0]), facts)).toBeNull();
        const bit = at % (8 * file.length);
        file[bit >> 3] ^= 1 << (bit & 7);
        expect(decodeSpoolFile(file, facts)).toBeNull();
      }),
    );
  });

  it('is not taken for that of another name', () => {
    const { file, facts } = fileOf(new Uint8Array([1, 2]), 3);
    expect(decodeSpoolFile(file, { ...facts, rowCount: 4 })).toBeNull();
    expect(decodeSpoolFile(file, { ...facts, packedBytes: 3 })).toBeNull();
  });

  it.each([
    'notes.txt',
    '001700000000000-000000001-0123456789abcdef-3-2',
    '001700000000000-000000001-0123456789abcdef-3-2.a/b',
  ])('is not named %s', (name) => {
    expect(parseSpoolFileName(name)).toBeNull();
  });
});
