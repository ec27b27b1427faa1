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
    const timer = setTimeout(callback, delayMs);
    if (!holdsProcess) timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Waits without holding the process; ends early, with false, when the signal aborts. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const onAbort = () => {
      cancel();
      resolve(false);
    };
    const cancel = clock.startTimer(
      () => {
        signal.removeEventListener('abort', onAbort);
        resolve(true);
      },
      delayMs,
      { holdsProcess: false },
    );
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** The promise's value, or `late` when the deadline passes first. Holds the process until then. */
export function withDeadline<T>(
  clock: Clock,
  promise: Promise<T>,
  deadline: { timeoutMs: number; late: T },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.startTimer(() => resolve(deadline.late), deadline.timeoutMs, { holdsProcess: true });
    promise.then(resolve, reject).finally(cancel);
  });
}
