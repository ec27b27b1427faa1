import { KnownSeries } from '@tinyobs/formats';
import { WriteBatch } from '@tinyobs/model';
import { median } from '../statistics.js';
import type { Protocol } from './protocols.js';

const ROUNDS = 7;
/** Compiled by then. */
const WARM_UP_ROUNDS = 2;

/** Memory of a server of 1 GiB for the series that decoders remember. */
const KNOWN_BYTES = 2 ** 25;

export interface DecodingFigures {
  /** With nothing remembered between bodies. */
  readonly samplesPerSecond: number;
  /** Of series that are known, where the decoder remembers them. */
  readonly knownPerSecond: number | undefined;
  readonly bytesPerSample: number;
}

/** Bodies into batches, over and over, on this core: medians of rounds. */
export function measureDecoding(protocol: Protocol, bodies: readonly Uint8Array[]): DecodingFigures {
  const { samples, seconds } = measureRounds(protocol, bodies, undefined);
  const known = protocol.remembersSeries ? measureRounds(protocol, bodies, newKnown()) : undefined;
  const bytes = bodies.reduce((sum, { length }) => sum + length, 0);
  return {
    samplesPerSecond: samples / seconds,
    knownPerSecond: known && samples / known.seconds,
    bytesPerSample: bytes / samples,
  };
}

function newKnown(): KnownSeries {
  return new KnownSeries({ sizeBytesMax: KNOWN_BYTES, seed: 1n });
}

/** The first round is where series become known. */
function measureRounds(
  { decode }: Protocol,
  bodies: readonly Uint8Array[],
  known: KnownSeries | undefined,
): { readonly samples: number; readonly seconds: number } {
  const batch = new WriteBatch();
  const numbering = {};
  let references = 0;
  let samples = 0;
  const round = (): number => {
    samples = 0;
    const started = performance.now();
    for (const body of bodies) {
      batch.clear();
      known?.begin(batch, numbering);
      const { refusedCount } = decode(body, batch, known);
      if (refusedCount > 0) throw new Error(`${refusedCount} rows were refused`);
      samples += batch.sampleCount;
      if (!known) continue;
      for (let i = 0; i < batch.seriesCount; i++) batch.references[i] ||= ++references;
      known.learn(batch);
    }
    return (performance.now() - started) / 1000;
  };
  for (let i = 0; i < WARM_UP_ROUNDS; i++) round();
  return { seconds: median(Array.from({ length: ROUNDS }, round)), samples };
}
