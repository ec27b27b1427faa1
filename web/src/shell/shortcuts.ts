import { ACTIONS } from './actions.js';
import { overlay } from './overlay.js';

/** A key that is followed by another is forgotten after this. */
const SEQUENCE_MS = 1_200;

/** Keys work wherever nothing is written, and Ctrl or Cmd with K everywhere. */
export function startShortcuts(): void {
  let begun = '';
  let begunMs = 0;
  window.addEventListener('keydown', (event) => {
    if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey) && !event.altKey) {
      event.preventDefault();
      overlay.value = overlay.value === 'palette' ? null : 'palette';
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
    // The browser closes a dialog before it says so: what is seen counts.
    if (document.querySelector('dialog[open]') !== null) return;
    if (event.key === '/') {
      event.preventDefault();
      search();
      return;
    }
    const isFollowing = begun !== '' && event.timeStamp - begunMs < SEQUENCE_MS;
    const keys = isFollowing ? `${begun} ${event.key}` : event.key;
    const action = ACTIONS.find((one) => one.keys === keys);
    begun = action === undefined && ACTIONS.some((one) => one.keys?.startsWith(`${keys} `)) ? keys : '';
    begunMs = event.timeStamp;
    if (action === undefined) return;
    event.preventDefault();
    action.run();
  });
}

/** The search of the screen, where it has one, else that of everything. */
function search(): void {
  const own = document.querySelector<HTMLInputElement>('main input[type="search"]');
  if (own?.checkVisibility()) own.focus();
  else overlay.value = 'palette';
}

function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches('input, textarea, select');
}
