/** Waits between two looks, until something wakes it. */
export class Pause {
  #wake: (() => void) | undefined;
  #isWoken = false;

  /** Ends the wait at hand, or the next one at once. */
  wake(): void {
    this.#isWoken = true;
    this.#wake?.();
  }

  /** Resolves after the time, on `wake`, or when the signal aborts. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#isWoken && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms).unref();
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
        signal.addEventListener('abort', this.#wake, { once: true });
      });
    }
    if (this.#wake) signal.removeEventListener('abort', this.#wake);
    this.#wake = undefined;
    this.#isWoken = false;
  }
}
