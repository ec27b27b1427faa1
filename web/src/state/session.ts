import { signal } from '@preact/signals';

/** Name under which the key is kept for as long as the tab is open: never in a cookie, never beyond it. */
const STORED_AS = 'tinyobs.key';

/** The API key that requests are sent with, null for none. */
export const key = signal<string | null>(readStored());

/** Why the server wants a key, or another one; null while it takes what is sent. */
export const keyRefusal = signal<string | null>(null);

export function signIn(given: string): void {
  key.value = given;
  keyRefusal.value = null;
  store(given);
}

export function signOut(): void {
  key.value = null;
  keyRefusal.value = 'You are signed out.';
  store(null);
}

/** Notes that a request was refused; one that was sent with an earlier key says nothing about the present one. */
export function reportRefusal(sentWith: string | null, reason: string): void {
  if (sentWith === key.value) keyRefusal.value = sentWith === null ? 'This server asks for a key.' : reason;
}

// A browser may forbid storage; the key then lasts until the page is loaded again.
function readStored(): string | null {
  try {
    return sessionStorage.getItem(STORED_AS);
  } catch {
    return null;
  }
}

function store(given: string | null): void {
  try {
    if (given === null) sessionStorage.removeItem(STORED_AS);
    else sessionStorage.setItem(STORED_AS, given);
  } catch {
    return;
  }
}
