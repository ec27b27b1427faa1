import { computed, effect, signal } from '@preact/signals';
import { zone } from '../chart/timeFormat.js';
import { formatRoute, parseRoute, type Route } from './route.js';

const hash = signal(window.location.hash);
window.addEventListener('hashchange', () => {
  hash.value = window.location.hash;
});

/** What the address bar says. The only way to change it is `navigate`, a link, or the browser's own buttons. */
export const route = computed<Route>(() => parseRoute(hash.value));

effect(() => {
  zone.value = route.value.zone;
});

/**
 * Goes to a route as a new history entry; saying the same again adds none. With `isReplacing` it takes the place of
 * the present one: whoever writes a word letter by letter does not want to go back through all of them.
 */
export function navigate(next: Route, { isReplacing = false } = {}): void {
  const text = formatRoute(next);
  if (text === hash.value) return;
  if (isReplacing) window.history.replaceState(null, '', text);
  else window.location.hash = text;
  hash.value = text;
}
