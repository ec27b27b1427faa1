import { apiKeys } from '../api/operate.js';
import type { ApiKey } from '../api/operateTypes.js';
import { formatInstant } from '../chart/timeFormat.js';
import { nowMs } from '../state/clock.js';
import { useQuery } from '../state/useQuery.js';
import { Badge } from '../ui/badge.js';
import { LoadState } from '../ui/loadState.js';
import { type Column, Table } from '../ui/table.js';

/** The API keys that were made; never their texts. */
export function Keys() {
  const state = useQuery({ subject: 'keys', variant: '', tick: nowMs.value }, apiKeys);
  return (
    <LoadState state={state} what="The keys">
      {(keys) => (
        <div class="status-body">
          {keys.length > 0 && (
            <Table caption="API keys" columns={COLUMNS} rows={keys} keyOf={({ id }) => id} testId="keys" />
          )}
          <p class="note">
            {keys.length === 0 && 'No key was made: only that of the configuration is in use. '}Keys are made
            and revoked with <code>tinyobs keys</code>, or by <a href="./docs">the HTTP API</a>.
          </p>
        </div>
      )}
    </LoadState>
  );
}

const TONES = { valid: 'good', expired: 'warn', revoked: 'plain' } as const;

const COLUMNS: readonly Column<ApiKey>[] = [
  {
    id: 'name',
    title: 'Name',
    order: ({ name }) => name,
    cell: ({ name }) => <strong class="key-name">{name}</strong>,
  },
  { id: 'id', title: 'Id', order: ({ id }) => id, cell: ({ id }) => <code>{id}</code> },
  {
    id: 'scopes',
    title: 'May',
    order: ({ scopes }) => scopes.join(' '),
    // A key without scopes is that of a link to a panel.
    cell: ({ scopes }) => (scopes.length === 0 ? 'one panel' : scopes.join(', ')),
  },
  {
    id: 'state',
    title: 'State',
    order: ({ status }) => status,
    cell: ({ status }) => <Badge tone={TONES[status]}>{status}</Badge>,
  },
  {
    id: 'created',
    title: 'Made',
    isNumber: true,
    order: ({ created }) => Date.parse(created),
    cell: ({ created }) => formatInstant(Date.parse(created) / 1000),
  },
  {
    id: 'expires',
    title: 'Ends',
    isNumber: true,
    order: ({ expires }) => (expires === undefined ? null : Date.parse(expires)),
    cell: ({ expires }) => (expires === undefined ? 'never' : formatInstant(Date.parse(expires) / 1000)),
  },
];
