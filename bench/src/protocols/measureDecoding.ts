import { WriteBatch } from '@tinyobs/model';
import { median } from '../statistics.js';
import type { Protocol } from './protocols.js';

const ROUNDS = 7;
/** Compiled by then. */
const WARM_UP_ROUNDS = 2;

export interface DecodingFigures {
  readonly samplesPerSecond: number;
  readonly bytesPerSample: number;
}

/** Bodies into batches, over and over, on this core and with nothing remembered between them: medians of rounds. */
export function measureDecoding({ decode }: Protocol, bodies: readonly Uint8Array[]): DecodingFigures {
  const batch = new WriteBatch();
  let samples = 0;
  const round = (): number => {
    samples = 0;
    const started = performance.now();
    for (const body of bodies) {
      batch.clear();
      const { refusedCount } = decode(body, batch);
      if (refusedCount > 0) throw new Error(`${refusedCount} rows were refused`);
      samples += batch.sampleCount;
    }
    return (performance.now() - started) / 1000;
  };
  for (let i = 0; i < WARM_UP_ROUNDS; i++) round();
  const seconds = median(Array.from({ length: ROUNDS }, round));
  const bytes = bodies.reduce((sum, { length }) => sum + length, 0);
  return { samplesPerSecond: samples / seconds, bytesPerSample: bytes / samples };
}
