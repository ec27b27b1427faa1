/** Something that one waits for and another ends, at once or after a while; what ended before is waited for no more. */
export class Waiting {
  #isEnded = false;
  #resolve: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** Resolves when it ends, or at once where it did since the last wait. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      if (this.#isEnded) this.end();
    });
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const resolve = this.#resolve;
    this.#resolve = undefined;
    this.#isEnded = resolve === undefined;
    resolve?.();
  }

  /** Ends in so long, unless it is to end before. */
  endWithin(waitMs: number): void {
    this.#timer ??= setTimeout(() => this.end(), waitMs).unref();
  }
}
