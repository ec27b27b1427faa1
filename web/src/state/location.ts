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

/** Goes to a route as a new history entry, or in the place of this one; saying the same again adds none. */
export function navigate(next: Route, { isReplacing = false } = {}): void {
  const text = formatRoute(next);
  if (text === hash.value) return;
  if (isReplacing) window.location.replace(text);
  else window.location.hash = text;
  hash.value = text;
}
