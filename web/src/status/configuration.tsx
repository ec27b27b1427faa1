import { useState } from 'preact/hooks';
import { configKeys } from '../api/operate.js';
import type { ConfigEntry } from '../api/operateTypes.js';
import { nowMs } from '../state/clock.js';
import { navigate } from '../state/location.js';
import { useQuery } from '../state/useQuery.js';
import { Badge } from '../ui/badge.js';
import { LoadState } from '../ui/loadState.js';
import { SearchField } from '../ui/searchField.js';
import { Segmented } from '../ui/segmented.js';
import { type Column, Table } from '../ui/table.js';
import { isFound, valueText } from './configText.js';
import type { StatusRoute } from './status.js';

/** Every key of the configuration in force, and where its value is written. */
export function Configuration({ route }: { route: StatusRoute }) {
  const state = useQuery({ subject: 'configuration', variant: '', tick: nowMs.value }, configKeys);
  const [which, setWhich] = useState<'all' | 'set'>('all');
  return (
    <LoadState state={state} what="The configuration">
      {(keys) => {
        const found = keys.filter((key) => (which === 'all' || key.isSet) && isFound(key, route.text));
        return (
          <div class="status-body">
            <div class="status-filters">
              <Segmented
                label="Which keys"
                value={which}
                choices={[
                  { value: 'all', text: `All ${keys.length}` },
                  { value: 'set', text: `Set ${keys.filter(({ isSet }) => isSet).length}` },
                ]}
                onChoose={setWhich}
              />
              <SearchField
                label="Find by key, value or help"
                text={route.text}
                onText={(text) => navigate({ ...route, text }, { isReplacing: true })}
                testId="config-search"
              />
            </div>
            {found.length === 0 ? (
              <p class="note">No key is like that.</p>
            ) : (
              <Table
                caption="Configuration"
                columns={COLUMNS}
                rows={found}
                keyOf={({ key }) => key}
                testId="configuration"
              />
            )}
          </div>
        );
      }}
    </LoadState>
  );
}

const COLUMNS: readonly Column<ConfigEntry>[] = [
  {
    id: 'key',
    title: 'Key',
    order: ({ key }) => key,
    cell: ({ key, help, isReloadable }) => (
      <div class="config-key">
        <code>{key}</code>
        <p class="note">
          {withCode(help)} {isReloadable ? '' : 'Needs a restart.'}
        </p>
      </div>
    ),
  },
  {
    id: 'value',
    title: 'Value',
    order: (entry) => valueText(entry),
    cell: (entry) => <code class="config-value">{valueText(entry)}</code>,
  },
  {
    id: 'source',
    title: 'From',
    order: ({ isSet, origin }) => (isSet ? (origin ?? 'host') : null),
    cell: ({ isSet, origin }) =>
      isSet ? <Badge tone="plain">{origin ?? 'the host'}</Badge> : <span class="note">default</span>,
  },
];

/** A text in which what stands in backticks is code. */
function withCode(text: string) {
  return text.split('`').map((part, place) => (place % 2 === 1 ? <code key={place}>{part}</code> : part));
}
