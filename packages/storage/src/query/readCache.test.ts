import { describe, expect, it } from 'vitest';
import type { Manifest } from '../manifest/manifest.js';
import { LastValues } from './lastValues.js';
import { type ReadBlock, ReadCache } from './readCache.js';

const RUN = { id: { resolution: 0, windowMs: 0, run: 1, generation: 0 } } as Manifest;

describe('the cache of blocks', () => {
  it('gives the first block for a series only when it is certain which one that is', () => {
    const run = new ReadCache(1e6).of(RUN);
    run.addBlock(block(0, 9));
    run.addBlock(block(2, 29));
    expect(run.firstBlock(place(5))?.position.block).toBe(0);
    expect(run.firstBlock(place(15))).toBeUndefined();
    expect(run.firstBlock(place(25))).toBeUndefined();
    run.addBlock(block(1, 19));
    expect(run.firstBlock(place(15))?.position.block).toBe(1);
    expect(run.firstBlock(place(20))?.position.block).toBe(2);
    expect(run.firstBlock(place(30))).toBeUndefined();
  });

  it('knows a block that was sought, for what was sought and what lies between', () => {
    const run = new ReadCache(1e6).of(RUN);
    run.addBlock(block(7, 79), place(75));
    expect(run.firstBlock(place(74))).toBeUndefined();
    expect(run.firstBlock(place(75))?.position.block).toBe(7);
    expect(run.firstBlock(place(79))?.position.block).toBe(7);
    run.addBlock(block(7, 79), place(72));
    expect(run.firstBlock(place(72))?.position.block).toBe(7);
  });

  it('goes on to the next block as far as it has them', () => {
    const run = new ReadCache(1e6).of(RUN);
    for (const number of [3, 1, 2, 5]) run.addBlock(block(number, 10 * number));
    const numbers: number[] = [];
    for (let next = run.blockAfter(block(0, 0)); next; next = run.blockAfter(next)) {
      numbers.push(next.position.block);
    }
    expect(numbers).toEqual([1, 2, 3]);
  });

  it('gives up what was not used for longest, of all runs', () => {
    const cache = new ReadCache(10_000);
    const run = cache.of(RUN);
    const other = cache.of({ ...RUN });
    run.addBlock(block(0, 9, 4000));
    run.addBlock(block(1, 19, 4000));
    expect(run.firstBlock(place(3))?.position.block).toBe(0);
    other.addColumn(1, new Float64Array(400));
    expect(run.firstBlock(place(3))?.position.block).toBe(0);
    expect(run.blockAfter(block(0, 9))).toBeUndefined();
    expect(other.column(1)).toHaveLength(400);
    run.addBlock(block(2, 29, 4000));
    expect(run.firstBlock(place(3))).toBeUndefined();
  });
});

function place(series: number) {
  return { metric: 1, series };
}

function block(number: number, series: number, bytes = 100): ReadBlock {
  const none = new Uint32Array(0);
  return {
    key: new Uint8Array(0),
    position: { metric: 1, series, block: number },
    payload: new Uint8Array(bytes),
    directory: {
      count: 0,
      series: none,
      chunks: none,
      slots: none,
      pieces: none,
      samples: none,
      encodings: none,
      offsets: none,
      ends: none,
    },
    lastValues: new LastValues(0),
  };
}
