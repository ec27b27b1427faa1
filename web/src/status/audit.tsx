import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../api/apiError.js';
import { auditEntries } from '../api/operate.js';
import type { AuditEntry } from '../api/operateTypes.js';
import { formatInstant } from '../chart/timeFormat.js';
import { nowMs } from '../state/clock.js';
import { hasWords } from '../state/hasWords.js';
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

/** What administrators did and who was refused, newest first. */
export function Audit({ route }: { route: StatusRoute }) {
  const state = useQuery({ subject: 'audit', variant: '', tick: nowMs.value }, (signal) =>
    auditEntries({ before: undefined, limit: PAGE }, signal),
  );
  return (
    <LoadState state={state} what="The audit log">
      {(newest) => <Entries newest={newest} route={route} />}
    </LoadState>
  );
}

function Entries({ newest, route }: { newest: readonly AuditEntry[]; route: StatusRoute }) {
  const { entries, isMore, isBusy, loadOlder } = useOlder(newest);
  if (entries.length === 0) {
    return (
      <EmptyState icon="key" title="Nothing is in the audit log yet">
        <p>What administrators change, and keys that are refused, is written into it.</p>
      </EmptyState>
    );
  }
  const found = entries.filter(({ action, detail = '', key, from, result }) =>
    hasWords([action, detail, key, from, result], route.text),
  );
  return (
    <div class="status-body">
      <div class="status-filters">
        <SearchField
          label="Find by action, key, address or result"
          text={route.text}
          onText={(text) => navigate({ ...route, text }, { isReplacing: true })}
          testId="audit-search"
        />
        <p class="note" role="status">
          {found.length} of {entries.length} that are loaded
        </p>
      </div>
      {found.length > 0 && (
        <Table
          caption="Audit log"
          columns={COLUMNS}
          rows={found}
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
    </div>
  );
}

/** The newest entries, and older ones as far as they were asked for. */
function useOlder(newest: readonly AuditEntry[]) {
  const [known, setKnown] = useState<readonly AuditEntry[]>(newest);
  const [isMore, setMore] = useState(newest.length === PAGE);
  const [isBusy, setBusy] = useState(false);
  // What is new comes before what was there; the newest of what was there may stand for more by now.
  useEffect(() => setKnown((old) => joined(newest, old)), [newest]);
  const load = async (): Promise<void> => {
    setBusy(true);
    try {
      const older = await auditEntries(
        { before: known.at(-1)?.seq, limit: PAGE },
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
  {
    id: 'result',
    title: 'Result',
    order: ({ result }) => result,
    cell: ({ result }) => <Badge tone={/^2/.test(result) ? 'good' : 'bad'}>{result}</Badge>,
  },
];
