import { useRef } from 'preact/hooks';
import { nowMs } from '../state/clock.js';
import { route } from '../state/location.js';
import { resolveRange } from '../state/timeRange.js';
import { type QueryState, useQuery } from '../state/useQuery.js';

interface Span {
  readonly startSec: number;
  readonly endSec: number;
}

/** What is there is looked for this far back at least: who went silent is what a reader comes to see. */
const BACK_SEC_MIN = 3_600;
/** What is there changes rarely: it is asked for again no more often, unless it could not be found out. */
const AGAIN_MS = 10_000;

/** Finds out what there is over the range of the screen. */
export function useDiscovery<T>(
  subject: string,
  load: (span: Span, signal: AbortSignal) => Promise<T>,
): QueryState<T> {
  const { range } = route.value;
  const { startSec, endSec } = resolveRange(range, nowMs.value);
  const span = { startSec: Math.min(startSec, endSec - BACK_SEC_MIN), endSec };
  const hasFailed = useRef(false);
  const tick = hasFailed.current ? nowMs.value : Math.floor(nowMs.value / AGAIN_MS);
  const request = { subject, variant: JSON.stringify(range), tick };
  const state = useQuery(request, (signal) => load(span, signal));
  hasFailed.current = state.error !== null;
  return state;
}
