/**
 * What the store asks of the platform it runs on, as Node gives it. Bundlers for browsers take
 * `platformBrowser.ts` in its place: the field `browser` of package.json says so.
 */
export { setImmediate as nextTurn } from 'node:timers/promises';
export { crc32 } from 'node:zlib';
export { freeDiskBytes, openDiskStore } from './diskStore.js';

/** Calls `run` once, without keeping the process alive for it. */
export function later(run: () => void, waitMs: number): void {
  setTimeout(run, waitMs).unref();
}

/** Calls `run` again and again without keeping the process alive; returns what ends it. */
export function repeat(run: () => void, everyMs: number): () => void {
  const timer = setInterval(run, everyMs).unref();
  return () => clearInterval(timer);
}
