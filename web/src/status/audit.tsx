import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../api/apiError.js';
import { auditEntries } from '../api/operate.js';
import type { AuditEntry } from '../api/operateTypes.js';
import { formatInstant } from '../chart/timeFormat.js';
import { nowMs } from '../state/clock.js';
import { navigate } from '../state/location.js';
import { useQuery } from '../state/useQuery.js';
import { Badge } from '../ui/badge.js';
import { Button } from '../ui/button.js';
import { EmptyState } from '../ui/emptyState.js';
import { LoadState } from '../ui/loadState.js';
import { SearchField } from '../ui/searchField.js';
import { type Column, Table } from '../ui/table.js';
import { toast } from '../ui/toast.js';
import type { StatusRoute } from './status.js';

const PAGE = 100;

/** What administrators did and who was refused, newest first: all of it, or what has the words looked for. */
export function Audit({ route }: { route: StatusRoute }) {
  const search = route.text.trim();
  const state = useQuery({ subject: 'audit', variant: search, tick: nowMs.value }, async (signal) => ({
    search,
    newest: await auditEntries({ search, before: undefined, limit: PAGE }, signal),
  }));
  return (
    <LoadState state={state} what="The audit log">
      {({ search: found, newest }) =>
        newest.length === 0 && found === '' ? (
          <EmptyState icon="key" title="Nothing is in the audit log yet">
            <p>What administrators change, and keys that are refused, is written into it.</p>
          </EmptyState>
        ) : (
          <div class="status-body">
            <SearchField
              label="Find by action, key, address or result"
              text={route.text}
              onText={(text) => navigate({ ...route, text }, { isReplacing: true })}
              testId="audit-search"
            />
            <Entries key={found} search={found} newest={newest} />
          </div>
        )
      }
    </LoadState>
  );
}

interface EntriesProps {
  readonly search: string;
  /** Of those that were found. */
  readonly newest: readonly AuditEntry[];
}

function Entries({ search, newest }: EntriesProps) {
  const { entries, isMore, isBusy, loadOlder } = useOlder(search, newest);
  return (
    <>
      <p class="note" role="status">
        {countText(entries.length, isMore, search)}
      </p>
      {entries.length > 0 && (
        <Table
          caption="Audit log"
          columns={COLUMNS}
          rows={entries}
          keyOf={({ seq }) => String(seq)}
          testId="audit"
        />
      )}
      {isMore && (
        <div>
          <Button onClick={loadOlder} disabled={isBusy}>
            {isBusy ? 'Loading …' : 'Load older ones'}
          </Button>
        </div>
      )}
    </>
  );
}

/** The newest entries, and older ones as far as they were asked for. */
function useOlder(search: string, newest: readonly AuditEntry[]) {
  const [known, setKnown] = useState<readonly AuditEntry[]>(newest);
  const [isMore, setMore] = useState(newest.length === PAGE);
  const [isBusy, setBusy] = useState(false);
  // What is new comes before what was there; the newest of what was there may stand for more by now.
  useEffect(() => setKnown((old) => joined(newest, old)), [newest]);
  const load = async (): Promise<void> => {
    setBusy(true);
    try {
      const older = await auditEntries(
        { search, before: known.at(-1)?.seq, limit: PAGE },
        new AbortController().signal,
      );
      setKnown((old) => joined(old, older));
      setMore(older.length === PAGE);
    } catch (error) {
      toast(error instanceof ApiError ? error.message : String(error));
    }
    setBusy(false);
  };
  return { entries: known, isMore, isBusy, loadOlder: () => void load() };
}

function countText(count: number, isMore: boolean, search: string): string {
  const entries = count === 1 ? '1 entry' : `${count} entries`;
  const found = search === '' ? entries : `${entries} like that`;
  if (isMore) return `The newest ${found}`;
  return count === 0 ? 'No entry of the log is like that.' : `${found} in the log`;
}

function joined(first: readonly AuditEntry[], second: readonly AuditEntry[]): readonly AuditEntry[] {
  const seen = new Set(first.map(({ seq }) => seq));
  return [...first, ...second.filter(({ seq }) => !seen.has(seq))].sort((a, b) => b.seq - a.seq);
}

const COLUMNS: readonly Column<AuditEntry>[] = [
  {
    id: 'time',
    title: 'When',
    order: ({ time }) => Date.parse(time),
    cell: ({ time }) => <span class="audit-time">{formatInstant(Date.parse(time) / 1000)}</span>,
  },
  {
    id: 'result',
    title: 'Result',
    order: ({ result }) => result,
    cell: ({ result }) => <Badge tone={/^2/.test(result) ? 'good' : 'bad'}>{result}</Badge>,
  },
  {
    id: 'action',
    title: 'What',
    order: ({ action }) => action,
    cell: ({ action, detail, count = 1 }) => (
      <div class="audit-action">
        <code>{action}</code> {count > 1 && <Badge tone="plain">{count} times</Badge>}
        {detail !== undefined && <p class="note">{detail}</p>}
      </div>
    ),
  },
  { id: 'key', title: 'Key', order: ({ key }) => key, cell: ({ key }) => <code>{key}</code> },
  { id: 'from', title: 'From', order: ({ from }) => from, cell: ({ from }) => <code>{from}</code> },
];
