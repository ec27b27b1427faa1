import { isPromise } from '../isPromise.js';

/** Starts measuring; the function it returns observes and returns the seconds since. */
export function startStopwatch<Args extends unknown[]>(
  observe: (seconds: number, ...args: Args) => void,
): (...args: Args) => number {
  const startMs = performance.now();
  return (...args) => {
    const seconds = (performance.now() - startMs) / 1_000;
    observe(seconds, ...args);
    return seconds;
  };
}

/**
 * Calls a function and observes how long it took, until its promise is settled if it gives one, whatever the
 * outcome. The promise returned is one after that, so that a rejection nobody handles stays one.
 */
export function timeCall<Result>(work: () => Result, observe: (seconds: number) => void): Result {
  const stop = startStopwatch(observe);
  let result: Result;
  try {
    result = work();
  } catch (error) {
    stop();
    throw error;
  }
  if (!isPromise(result)) {
    stop();
    return result;
  }
  const settled = result.then(
    (value) => {
      stop();
      return value;
    },
    (error: unknown) => {
      stop();
      throw error;
    },
  );
  return settled as Result;
}
