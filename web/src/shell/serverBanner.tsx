import { buildInfo } from '../api/client.js';
import { formatClock } from '../chart/timeFormat.js';
import { nowMs, refreshNow } from '../state/clock.js';
import { lastAnswerMs, outage } from '../state/connection.js';
import { useQuery } from '../state/useQuery.js';

/** Says that the server is away, how old the picture is, and tries again until it is back. */
export function ServerBanner() {
  return outage.value === null ? null : <Banner reason={outage.value.reason} />;
}

function Banner({ reason }: { reason: string }) {
  // A screen with nothing to ask would never notice that the server is back.
  useQuery({ subject: 'probe', variant: '', tick: nowMs.value }, buildInfo);
  const lastMs = lastAnswerMs.value;
  return (
    <div class="banner" role="alert" data-testid="server-banner">
      <p>
        <strong>{reason}</strong>{' '}
        {lastMs === null
          ? 'Nothing has been loaded yet.'
          : `Showing what was known at ${formatClock(lastMs)}.`}{' '}
        Trying again every few seconds.
      </p>
      <button type="button" class="button" onClick={refreshNow}>
        Retry now
      </button>
    </div>
  );
}
