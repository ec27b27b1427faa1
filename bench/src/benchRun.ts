/** What a bench says while it runs, on the way to its report. */
export type Say = (text: string) => void;

/** What is measured by itself. */
export interface Part {
  readonly name: string;
  /** Seconds it is expected to take on some machine. */
  readonly weight: number;
  /** Of a peer: that it fails is said, but is no failure of ours. */
  readonly isOfPeer?: boolean;
}

/**
 * A bench of many parts that take long: says after each what it found and how much time is left, and keeps what
 * failed, so that one part that fails, or a peer that crashes, costs only its own figures.
 */
export class BenchRun {
  readonly #say: Say;
  /** Of all parts. */
  readonly #weight: number;
  readonly #startedMs = performance.now();
  readonly #failures: string[] = [];
  #hasFailed = false;
  #done = 0;

  constructor(say: Say, weight: number) {
    this.#say = say;
    this.#weight = weight;
  }

  /** What failed and why, in words. */
  get failures(): readonly string[] {
    return this.#failures;
  }

  /** Whether a part failed that is not a peer's. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  say(text: string): void {
    this.#say(text);
  }

  /** The result of one part, or undefined when it failed. */
  async attempt<Result>(
    part: Part,
    work: () => Promise<Result>,
    describe: (result: Result) => string,
  ): Promise<Result | undefined> {
    try {
      const result = await work();
      this.#advance(part, describe(result));
      return result;
    } catch (error) {
      const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
      this.#failures.push(`${part.name}: ${reason}`);
      this.#hasFailed ||= part.isOfPeer !== true;
      this.#advance(part, `failed: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  #advance({ name, weight }: Part, text: string): void {
    this.#done += weight;
    const elapsedMs = performance.now() - this.#startedMs;
    const left = remainingMinutes({ elapsedMs, done: this.#done, weight: this.#weight });
    const percent = Math.min(100, Math.round((100 * this.#done) / this.#weight));
    this.#say(`${name}: ${text} [${percent} %, about ${left} min left]`);
  }
}

/** At the pace so far; in whole minutes, rounded up. */
export function remainingMinutes(progress: { elapsedMs: number; done: number; weight: number }): number {
  const { elapsedMs, done, weight } = progress;
  return Math.ceil((elapsedMs * Math.max(0, weight - done)) / done / 60_000);
}
