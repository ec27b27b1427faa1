import { signal } from '@preact/signals';
import { formatInstant } from '../chart/timeFormat.js';
import { formatAge } from '../state/timeRange.js';

/** Goes on every second, so that ages are true between two answers of the server. */
const secondMs = signal(Date.now());
setInterval(() => {
  if (!document.hidden) secondMs.value = Date.now();
}, 1000);

/** How long ago something was, kept up to date; what the server's clock has in the future was just now. */
export function Ago({ ms }: { ms: number }) {
  const seconds = Math.floor((secondMs.value - ms) / 1000);
  return (
    <time dateTime={new Date(ms).toISOString()} title={formatInstant(ms / 1000)}>
      {seconds < 1 ? 'just now' : `${formatAge(seconds)} ago`}
    </time>
  );
}
