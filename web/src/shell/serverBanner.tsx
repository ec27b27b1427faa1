import './serverBanner.css';
import { useEffect, useRef } from 'preact/hooks';
import { buildInfo } from '../api/client.js';
import { formatClock } from '../chart/timeFormat.js';
import { nowMs, refreshNow } from '../state/clock.js';
import { lastAnswerMs, outage } from '../state/connection.js';
import { useQuery } from '../state/useQuery.js';
import { Button } from '../ui/button.js';
import { Icon } from '../ui/icon.js';
import { toast } from '../ui/toast.js';

/** Says that the server is away, how old the picture is, and tries again until it is back. */
export function ServerBanner() {
  const wasAway = useRef(false);
  const isAway = outage.value !== null;
  useEffect(() => {
    if (wasAway.current && !isAway) toast('The server is back.');
    wasAway.current = isAway;
  }, [isAway]);
  return outage.value === null ? null : <Banner reason={outage.value.reason} />;
}

function Banner({ reason }: { reason: string }) {
  // A screen with nothing to ask would never notice that the server is back.
  useQuery({ subject: 'probe', variant: '', tick: nowMs.value }, buildInfo);
  const lastMs = lastAnswerMs.value;
  return (
    <div class="banner" role="alert" data-testid="server-banner">
      <Icon name="alert" />
      <p>
        <strong>{reason}</strong>{' '}
        {lastMs === null
          ? 'Nothing has been loaded yet.'
          : `Showing what was known at ${formatClock(lastMs)}.`}{' '}
        Trying again every few seconds.
      </p>
      <Button onClick={refreshNow}>Retry now</Button>
    </div>
  );
}
