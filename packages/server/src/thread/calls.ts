import { receivedError, type SentError, sentError } from './threadMessages.js';

/** What became of a call, on its way from thread to thread or process to process. */
export type Outcome<T> = { readonly value: T } | { readonly error: SentError };

/** Calls that wait for the answer of another thread. */
export class Calls<T> {
  readonly #open = new Map<number, (outcome: Outcome<T>) => void>();
  #next = 0;

  get isWaiting(): boolean {
    return this.#open.size > 0;
  }

  /** Sends a call by its number; settles with what `settle` is given for it. */
  ask(send: (call: number) => void): Promise<T> {
    const call = this.#next++;
    const settled = new Promise<Outcome<T>>((resolve) => this.#open.set(call, resolve));
    send(call);
    return settled.then(outcomeValue);
  }

  settle(call: number, outcome: Outcome<T>): void {
    this.#open.get(call)?.(outcome);
    this.#open.delete(call);
  }

  /** No answer will come any more. */
  fail(error: SentError): void {
    for (const call of [...this.#open.keys()]) this.settle(call, { error });
  }
}

/** Does what a call asks for. */
export async function outcomeOf<T>(work: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error: sentError(error) };
  }
}

/** What came of a call. @throws TinyObsError what it failed with */
export function outcomeValue<T>(outcome: Outcome<T>): T {
  if ('value' in outcome) return outcome.value;
  throw receivedError(outcome.error);
}
