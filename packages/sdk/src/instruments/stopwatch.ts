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

/** Whether a call gave a value, or threw or rejected. */
export type CallResult = 'ok' | 'error';

/**
 * Calls a function and observes how long it took, until its promise is settled if it gives one, whatever the
 * outcome. The promise returned is one after that, so that a rejection nobody handles stays one.
 */
export function timeCall<Result>(
  work: () => Result,
  observe: (seconds: number, result: CallResult) => void,
): Result {
  const stop = startStopwatch(observe);
  let result: Result;
  try {
    result = work();
  } catch (error) {
    stop('error');
    throw error;
  }
  if (!isPromise(result)) {
    stop('ok');
    return result;
  }
  const settled = result.then(
    (value) => {
      stop('ok');
      return value;
    },
    (error: unknown) => {
      stop('error');
      throw error;
    },
  );
  return settled as Result;
}
