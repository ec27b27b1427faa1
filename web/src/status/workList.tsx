import './workList.css';
import type { ComponentChildren } from 'preact';
import type { ServerStatus, WorkDone } from '../api/operateTypes.js';
import { formatInstant } from '../chart/timeFormat.js';
import { formatValue } from '../chart/units.js';
import { Ago } from '../ui/ago.js';
import { Badge } from '../ui/badge.js';
import { Card } from '../ui/card.js';

interface Row {
  readonly id: string;
  readonly title: string;
  readonly state: ComponentChildren;
  readonly last: WorkDone | undefined;
  readonly next: string;
}

/** Flushes, merges, rollups, retention: how each is, was last, and when it is due. */
export function WorkList({ work }: { work: ServerStatus['work'] }) {
  return (
    <Card look="work-list">
      <ul aria-label="Work of the store" data-testid="work">
        {rowsOf(work).map(({ id, title, state, last, next }) => (
          <li key={id}>
            <strong>{title}</strong>
            <span>{state}</span>
            <p>
              <small>Last</small> <Last done={last} />
            </p>
            <p>
              <small>Next</small> {next}
            </p>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function rowsOf(work: ServerStatus['work']): readonly Row[] {
  const { compactionProgress, compactionDueRuns, rollupDueWindows, deletionsWaiting, windowEnd, last } = work;
  const atWindowEnd = `soon after ${formatInstant(Date.parse(windowEnd) / 1000)}`;
  return [
    {
      id: 'flush',
      title: 'Write memory into blocks',
      state: IDLE,
      last: last.flush,
      next: `when memory is full, or ${atWindowEnd}`,
    },
    {
      id: 'compaction',
      title: 'Merge blocks',
      state: stateOf(compactionProgress, compactionDueRuns, 'runs are due'),
      last: last.compaction,
      next: compactionDueRuns > 0 ? 'within half a minute' : atWindowEnd,
    },
    {
      id: 'rollup',
      title: 'Make rollups',
      state: stateOf(undefined, rollupDueWindows, 'windows are due'),
      last: last.rollup,
      next: 'when samples reach their retention',
    },
    {
      id: 'expiry',
      title: 'Drop what is past retention',
      state: IDLE,
      last: last.expiry,
      next: 'looked for every half a minute',
    },
    {
      id: 'deletion',
      title: 'Give back what was deleted',
      state: deletionsWaiting === 0 ? IDLE : <Badge tone="warn">{deletionsWaiting} waiting</Badge>,
      last: undefined,
      next: deletionsWaiting === 0 ? '–' : 'when blocks are merged, at the latest in a day',
    },
  ];
}

const IDLE = <Badge tone="good">nothing to do</Badge>;

function stateOf(progress: number | undefined, due: number, what: string): ComponentChildren {
  if (progress !== undefined) return <Badge tone="warn">running, {formatValue(progress, 'ratio')}</Badge>;
  return due === 0 ? IDLE : <Badge tone="warn">{`${due} ${what}`}</Badge>;
}

function Last({ done }: { done: WorkDone | undefined }) {
  if (done === undefined) return <>not since the start</>;
  return (
    <>
      <Ago ms={Date.parse(done.time)} />, {formatValue(done.seconds, 'seconds')}{' '}
      {done.error !== undefined && <Badge tone="bad">{done.error}</Badge>}
    </>
  );
}
