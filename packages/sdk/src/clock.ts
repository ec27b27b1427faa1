/** The time the client lives by; tests give their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number;
  /**
   * Calls back once after `delayMs`. Only a timer that somebody waits for (`holdsProcess`) keeps the process
   * alive. @returns a function that cancels the timer.
   */
  startTimer(callback: () => void, delayMs: number, options: { holdsProcess: boolean }): () => void;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  startTimer(callback, delayMs, { holdsProcess }) {
    // In browsers a timer is a number, and holds nothing.
    const timer: { unref?: () => void } | number = setTimeout(callback, delayMs);
    if (!holdsProcess && typeof timer === 'object') timer.unref?.();
    return () => clearTimeout(timer as NodeJS.Timeout);
  },
};

/** Waits without holding the process; ends early, with false, when the signal aborts. */
export async function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<boolean> {
  let cancel = () => {};
  const slept = new Promise<true>((resolve) => {
    cancel = clock.startTimer(() => resolve(true), delayMs, { holdsProcess: false });
  });
  const isOver = await unlessAborted(signal, slept);
  cancel();
  return isOver === true;
}

/** The promise's value, or null as soon as the signal aborts. */
export async function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T | null> {
  let stop = () => {};
  const aborted = new Promise<null>((resolve) => {
    stop = () => resolve(null);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** The promise's value, or `late` when the deadline passes first; until then it may hold the process. */
export function withDeadline<T>(
  clock: Clock,
  promise: Promise<T>,
  deadline: { timeoutMs: number; late: T; holdsProcess: boolean },
): Promise<T> {
  const { timeoutMs, late, holdsProcess } = deadline;
  return new Promise((resolve, reject) => {
    const cancel = clock.startTimer(() => resolve(late), timeoutMs, { holdsProcess });
    promise.then(resolve, reject).finally(cancel);
  });
}
