import { signal } from '@preact/signals';

/** Name under which this browser keeps the queries that ran. */
const STORED_AS = 'tinyobs.queries';
const KEPT_MAX = 200;
/** A longer one is more likely made by a program than worth finding again. */
const LENGTH_MAX = 4_000;

/** Queries that ran in this browser, the latest first. */
export const queryHistory = signal<readonly string[]>(readStored());

export function remember(queries: readonly string[]): void {
  const worth = queries.filter((text) => text.trim() !== '' && text.length <= LENGTH_MAX);
  const next = withLatest(queryHistory.value, worth);
  if (next.every((text, place) => text === queryHistory.value[place])) return;
  keep(next);
}

export function forgetAll(): void {
  keep([]);
}

/** The list with these queries first, each once, and no longer than it may be. */
export function withLatest(known: readonly string[], ran: readonly string[]): readonly string[] {
  return [...new Set([...ran, ...known])].slice(0, KEPT_MAX);
}

/** Those that have all words of the text, in any case. */
export function findQueries(known: readonly string[], text: string): readonly string[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return known.filter((query) => words.every((word) => query.toLowerCase().includes(word)));
}

// A browser may forbid storage, and others may have written there: the history then begins anew with each page.
function readStored(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORED_AS) ?? '[]');
    return Array.isArray(stored) ? stored.filter((one) => typeof one === 'string').slice(0, KEPT_MAX) : [];
  } catch {
    return [];
  }
}

function keep(next: readonly string[]): void {
  queryHistory.value = next;
  try {
    localStorage.setItem(STORED_AS, JSON.stringify(next));
  } catch {
    return;
  }
}
