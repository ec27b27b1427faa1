import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BlockBuilder, readBlockDirectory } from './block.js';
import { bitsOf, wordsOf } from './columnArbitraries.suite.js';
import { readTimeColumn, TimeChunkBuilder } from './timeChunk.js';
import { readValueColumn, writeValueColumn } from './valueColumn.js';

/**
 * The examples of docs/format/block.md, decoded by the grammar of that page alone: nothing of the readers that
 * are tested here is used for it.
 */
const PAGE = readFileSync(new URL('../../docs/format/block.md', import.meta.url), 'utf8');

const SERIES = [
  { series: 7, values: [0, 5, 10, 15], times: [0, 15_000, 30_000, 45_000] },
  { series: 9, values: [1.5, 1.5, 1.5, 1.5], times: [0, 15_000, 30_000, 45_000] },
  { series: 300, values: [-0.5, 0.25], times: [0, 60_000] },
];
const block = bytesUnder('### The block, byte by byte');
const chunk = bytesUnder('### Its timestamps, byte by byte');

/** The bytes at the start of each line of the first listing behind a heading. */
function bytesUnder(heading: string): Uint8Array {
  const listing = PAGE.slice(PAGE.indexOf(`\n${heading}\n`)).split('```')[1];
  const bytes = listing.match(/^([0-9a-f]{2} )+/gm)?.join('');
  return Uint8Array.from(bytes!.trim().split(' '), (byte) => Number.parseInt(byte, 16));
}

/** Takes bytes from the front. */
class Hand {
  readonly #bytes: number[];

  constructor(bytes: Iterable<number>) {
    this.#bytes = [...bytes];
  }

  get left(): number {
    return this.#bytes.length;
  }

  u8(): number {
    return this.#bytes.shift()!;
  }

  take(count: number): number[] {
    return this.#bytes.splice(0, count);
  }

  varint(): number {
    const byte = this.u8();
    return byte < 128 ? byte : byte - 128 + 128 * this.varint();
  }

  zigzag(): number {
    const number = this.varint();
    return number % 2 === 0 ? number / 2 : -(number + 1) / 2;
  }

  times<T>(count: number, read: () => T): T[] {
    return Array.from({ length: count }, read);
  }

  /** Each number but the first is given less the one before. */
  deltas(count: number): number[] {
    let number = 0;
    return this.times(count, () => (number += this.zigzag()));
  }

  /** Orders 0 and 1, zigzag, without exceptions: what the examples use. */
  sequence(count: number): number[] {
    const [order, width] = [this.u8(), this.u8()];
    const first = this.zigzag();
    const unit = this.varint();
    const bits = this.take(Math.ceil((width * (count - 1)) / 8))
      .map((byte) => byte.toString(2).padStart(8, '0').split('').reverse().join(''))
      .join('');
    const numbers = [first];
    for (let i = 0; i < count - 1; i++) {
      const positive = Number.parseInt(
        bits
          .slice(i * width, (i + 1) * width)
          .split('')
          .reverse()
          .join(''),
        2,
      );
      const left = positive % 2 === 0 ? positive / 2 : -(positive + 1) / 2;
      numbers.push((order === 0 ? first : numbers[i]) + left * unit);
    }
    return numbers;
  }
}

function valuesByHand(encoding: number, samples: number, hand: Hand): number[] {
  if (encoding === 0) {
    const high = hand.take(hand.left);
    const value = new DataView(new ArrayBuffer(8));
    high.forEach((byte, i) => void value.setUint8(8 - high.length + i, byte));
    return new Array(samples).fill(value.getFloat64(0, true));
  }
  expect(encoding).toBe(1);
  const exponent = hand.u8();
  expect(hand.varint(), 'overrides').toBe(0);
  return hand.sequence(samples).map((number) => number / 10 ** exponent);
}

describe('the example of the format page', () => {
  it('is decoded by hand', () => {
    const hand = new Hand(block);
    expect(hand.u8()).toBe(1);
    const count = hand.varint();
    const series = hand.deltas(count);
    const chunks = hand.deltas(count);
    const slots = hand.deltas(count);
    const pieces = hand.times(count, () => hand.varint());
    const samples = hand.times(count, () => hand.varint());
    const encodings = hand.take(count);
    const lengths = hand.times(count, () => hand.varint());
    const values = lengths.map((length, i) =>
      valuesByHand(encodings[i], samples[i], new Hand(hand.take(length))),
    );
    expect(hand.left).toBe(0);
    expect({ series, chunks, slots, pieces }).toEqual({
      series: [7, 9, 300],
      chunks: [0, 0, 0],
      slots: [0, 0, 1],
      pieces: [0, 0, 0],
    });
    expect(values).toEqual(SERIES.map((one) => one.values));
  });

  it('has timestamps that are decoded by hand', () => {
    const hand = new Hand(chunk);
    expect(hand.u8()).toBe(1);
    const lengths = hand.times(hand.varint(), () => hand.varint());
    const columns = lengths.map((length) => {
      const column = new Hand(hand.take(length));
      return column.sequence(column.varint());
    });
    expect(hand.left).toBe(0);
    expect(columns).toEqual([SERIES[0].times, SERIES[2].times]);
  });

  it('is what the writers write', () => {
    const blocks = new BlockBuilder();
    const chunks = new TimeChunkBuilder();
    chunks.add(Uint32Array.from(SERIES[0].times), 4);
    chunks.add(Uint32Array.from(SERIES[2].times), 2);
    for (const { series, values } of SERIES) {
      const samples = values.length;
      const encoding = writeValueColumn(wordsOf(values.map(bitsOf)), samples, blocks.values);
      blocks.add({ series, piece: 0, chunk: 0, slot: series === 300 ? 1 : 0, samples, encoding });
    }
    expect(blocks.finish(0)).toEqual(block);
    expect(chunks.finish(0)).toEqual(chunk);
  });

  it('is read by the readers', () => {
    const { count, series, slots, samples, encodings, offsets, ends } = readBlockDirectory(block);
    const found = Array.from({ length: count }, (_, i) => {
      const values = new Float64Array(samples[i]);
      const column = { encoding: encodings[i], bytes: block, offset: offsets[i], end: ends[i] };
      readValueColumn(column, samples[i], values, 0);
      return { series: series[i], values: [...values], times: [...readTimeColumn(chunk, slots[i], 0)] };
    });
    expect(found).toEqual(SERIES);
  });
});
