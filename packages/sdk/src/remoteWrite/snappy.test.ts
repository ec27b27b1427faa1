import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compressSnappy } from './snappy.js';

/** What a block says, read to the letter of the format. */
function decompress(block: Uint8Array): Uint8Array {
  let at = 0;
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    size += (block[at] & 0x7f) * 2 ** shift;
    if (block[at++] < 0x80) break;
  }
  const out: number[] = [];
  while (at < block.length) {
    const tag = block[at++];
    if ((tag & 3) === 0) {
      const lengthBytes = Math.max(0, (tag >> 2) - 59);
      let length = lengthBytes === 0 ? tag >> 2 : 0;
      for (let i = 0; i < lengthBytes; i++) length += block[at++] * 2 ** (8 * i);
      for (let i = 0; i <= length; i++) out.push(block[at++]);
    } else {
      expect(tag & 3).toBe(2);
      const offset = block[at] + block[at + 1] * 256;
      at += 2;
      expect(offset).toBeGreaterThan(0);
      for (let i = 0; i <= tag >> 2; i++) out.push(out[out.length - offset]);
    }
  }
  expect(out.length).toBe(size);
  return Uint8Array.from(out);
}

const noise = fc.uint8Array({ maxLength: 400 });
/** Pieces said again and again, as labels are. */
const repeated = fc
  .tuple(
    fc.array(fc.uint8Array({ minLength: 1, maxLength: 90 }), { minLength: 1, maxLength: 4 }),
    fc.array(fc.nat(3)),
  )
  .map(([pieces, order]) => Uint8Array.from(order.flatMap((i) => [...pieces[i % pieces.length]])));

describe('a block of snappy', () => {
  it('says what was compressed', () => {
    fc.assert(
      fc.property(fc.oneof(noise, repeated), (source) => {
        expect(decompress(compressSnappy(source))).toEqual(new Uint8Array(source));
      }),
    );
  });

  it.each([60, 61, 255, 256, 257, 65_536, 65_537, 70_000])('holds %i bytes that never repeat', (size) => {
    let state = 1;
    const source = Uint8Array.from({ length: size }, () => {
      state = Math.imul(state, 48_271) % 0x7fffffff;
      return state >>> 8;
    });
    const block = compressSnappy(source);
    expect(Buffer.from(decompress(block)).equals(source)).toBe(true);
    expect(block.length).toBeLessThan(size + size / 50 + 16);
  });

  it('is small where much repeats', () => {
    const text = Array.from({ length: 500 }, (_, i) => `http_requests_total{job="shop",code="${i}"}`).join();
    const source = new TextEncoder().encode(text);
    const block = compressSnappy(source);
    expect(decompress(block)).toEqual(source);
    expect(block.length).toBeLessThan(source.length / 4);
  });

  it('takes a view of a larger buffer', () => {
    const source = new Uint8Array([9, 9, 1, 2, 3, 4, 1, 2, 3, 4, 9]).subarray(2, 10);
    expect(decompress(compressSnappy(source))).toEqual(Uint8Array.from(source));
  });
});
