import { setTimeout as wait } from 'node:timers/promises';

const POLL_MS = 100;
/** Clients wait at most 5 s between two tries; the rest is for a busy machine. */
const DEADLINE_MS = 25_000;

/** Asks until there is no difference, since peers tell nobody when they have scraped, sent or evaluated. */
export async function eventually(what: string, difference: () => Promise<string | undefined>): Promise<void> {
  for (const deadline = Date.now() + DEADLINE_MS; ; await wait(POLL_MS)) {
    const found = await difference();
    if (found === undefined) return;
    if (Date.now() > deadline) throw new Error(`${what}: after ${DEADLINE_MS} ms still ${found}`);
  }
}
