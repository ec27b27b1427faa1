import { useRef } from 'preact/hooks';
import { ApiError } from '../api/apiError.js';
import { cancelQuery, queries } from '../api/operate.js';
import type { RunningQuery } from '../api/operateTypes.js';
import { RunningQueryTable, SlowQueryTable } from '../queries/queryTables.js';
import { nowMs, refreshNow } from '../state/clock.js';
import { useQuery } from '../state/useQuery.js';
import { LoadState } from '../ui/loadState.js';
import { Section } from '../ui/section.js';
import { toast } from '../ui/toast.js';

/** What runs now, with a way to end it, and what took longest of late. */
export function QueriesTab() {
  const running = useRef<HTMLDivElement>(null);
  const state = useQuery({ subject: 'queries', variant: '', tick: nowMs.value }, queries);
  return (
    <LoadState state={state} what="The queries">
      {({ queries: now, slowest }) => (
        <div class="status-body">
          <Section title="Running now" facts={String(now.length)}>
            {/* The button goes with its query: what it was in keeps the focus. */}
            <div ref={running} tabIndex={-1}>
              {now.length === 0 ? (
                <p class="note">No query runs or waits.</p>
              ) : (
                <RunningQueryTable
                  queries={now}
                  onCancel={(query) => {
                    running.current?.focus();
                    void end(query);
                  }}
                />
              )}
            </div>
          </Section>
          <Section title="Slowest of the last hour">
            {slowest.length === 0 ? (
              <p class="note">No query took more than 10 ms.</p>
            ) : (
              <SlowQueryTable queries={slowest} />
            )}
          </Section>
        </div>
      )}
    </LoadState>
  );
}

async function end({ id }: RunningQuery): Promise<void> {
  try {
    await cancelQuery(id, new AbortController().signal);
    toast('The query was told to end.');
  } catch (error) {
    const isOver = error instanceof ApiError && error.code === 'not_found';
    toast(isOver ? 'It was over already.' : error instanceof Error ? error.message : String(error));
  }
  refreshNow();
}
