/** Numbers from 0 up to but not including 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * The seed of this run: `TEST_SEED`, so that a failure can be repeated; else one from the clock at full scale,
 * where new cases are looked for, and always the same at small scale, so that it says what a change did.
 */
export function runSeed(): number {
  const isFull = process.env.TEST_SCALE === 'full';
  return Number(process.env.TEST_SEED ?? (isFull ? Date.now() % 2 ** 31 : 1));
}
