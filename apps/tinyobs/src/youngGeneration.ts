import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';

const LOOK_MS = 250;

/** The part of the time that collections may take before the young generation may grow. */
const COLLECTING_MAX = 0.05;

/** What Node adds to entries of the type `gc`, and its types do not know. */
interface CollectionEntry extends PerformanceEntry {
  readonly detail: { readonly kind: number };
}

/**
 * Lets V8's young generation grow only where that pays. Left to itself it soon grows to 48 MiB, whatever it
 * gains: bodies of remote write leave so little garbage that it gains nothing, while rows of JSON, which are
 * objects, take more time without (docs/adr/0011-young-generation.md).
 *
 * V8 reads the factor whenever it thinks of growing. The other way to bound it is a flag of the command line,
 * which whoever runs a program by its name cannot give.
 */
export function boundYoungGeneration(): void {
  mayGrow(false);
  let collectingMs = 0;
  let lookedMs = performance.now();
  const observer = new PerformanceObserver((list) => {
    for (const { detail, duration } of list.getEntries() as CollectionEntry[]) {
      if (detail.kind === constants.NODE_PERFORMANCE_GC_MINOR) collectingMs += duration;
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  const look = (): void => {
    const nowMs = performance.now();
    mayGrow(collectingMs > COLLECTING_MAX * (nowMs - lookedMs));
    collectingMs = 0;
    lookedMs = nowMs;
  };
  setInterval(look, LOOK_MS).unref();
}

function mayGrow(allowed: boolean): void {
  setFlagsFromString(`--semi-space-growth-factor=${allowed ? 2 : 1}`);
}
