import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blockKey,
  blocksFrom,
  chunkKey,
  manifestKey,
  metadataKey,
  parseBlockPosition,
  parseManifestKey,
  parseMetadataKey,
  parseSeriesGroup,
  parseWalKey,
  type RunId,
  rangesOfRun,
  seriesGroupKey,
  walKey,
} from './keys.js';

const u32 = fc.nat({ max: 2 ** 32 - 1 });
const runId: fc.Arbitrary<RunId> = fc.record({
  resolution: fc.nat({ max: 255 }),
  windowMs: fc.maxSafeInteger(),
  run: u32,
  generation: fc.nat({ max: 2 ** 16 - 1 }),
});
const position = fc.record({ metric: u32, series: u32, block: u32 });
const isBefore = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) < 0;

describe('keys', () => {
  it('are read back as they were built', () => {
    fc.assert(
      fc.property(runId, position, fc.nat({ max: Number.MAX_SAFE_INTEGER }), (id, place, seq) => {
        expect(parseManifestKey(manifestKey(id))).toEqual(id);
        expect(parseBlockPosition(blockKey(id, place))).toEqual(place);
        expect(parseWalKey(walKey(seq))).toBe(seq);
        expect(parseSeriesGroup(seriesGroupKey({ copy: 1, group: place.block }))).toBe(place.block);
      }),
    );
    expect(parseMetadataKey(metadataKey('größe'))).toBe('größe');
  });

  it('order as their numbers do', () => {
    const order = (id: RunId) => [id.resolution, id.windowMs, id.run, id.generation];
    const compare = (a: number[], b: number[]) => a.map((n, i) => n - b[i]).find((d) => d !== 0) ?? 0;
    fc.assert(
      fc.property(runId, runId, position, position, (a, b, p, q) => {
        expect(isBefore(manifestKey(a), manifestKey(b))).toBe(compare(order(a), order(b)) < 0);
        const places = [p, q].map(({ metric, series, block }) => [metric, series, block]);
        expect(isBefore(blockKey(a, p), blockKey(a, q))).toBe(compare(places[0], places[1]) < 0);
      }),
    );
    expect(isBefore(walKey(2 ** 32 - 1), walKey(2 ** 32))).toBe(true);
  });

  it('of a run lie in its ranges, and no others do', () => {
    fc.assert(
      fc.property(runId, runId, position, (a, b, p) => {
        const [blocks, chunks] = rangesOfRun(a);
        const isIn = (key: Uint8Array, { gte, lt }: typeof blocks) =>
          !isBefore(key, gte) && isBefore(key, lt);
        expect(isIn(blockKey(a, p), blocks)).toBe(true);
        expect(isIn(chunkKey(a, p.block), chunks)).toBe(true);
        expect(isIn(blockKey(a, p), blocksFrom(a, p))).toBe(true);
        const isSame = manifestKey(a).join() === manifestKey(b).join();
        expect(isIn(blockKey(b, p), blocks)).toBe(isSame);
      }),
    );
  });
});
