import { useMemo, useState } from 'preact/hooks';
import { labelValues } from '../api/client.js';
import { selectorText } from '../api/promqlText.js';
import { navigate, route } from '../state/location.js';
import { exploreHref, parseRoute } from '../state/route.js';
import { useQuery } from '../state/useQuery.js';
import { Combobox } from '../ui/combobox.js';
import { Dialog } from '../ui/dialog.js';
import { ACTIONS, type Action } from './actions.js';
import { overlay } from './overlay.js';
import { findEntries } from './paletteSearch.js';

/** Goes to any page, metric or action by a few letters of its name. */
export function CommandPalette() {
  const [text, setText] = useState('');
  const { data: metrics } = useQuery({ subject: 'metric names', variant: '', tick: 0 }, (signal) =>
    labelValues('__name__', {}, signal),
  );
  const entries = useMemo(() => [...ACTIONS, ...(metrics ?? []).map(metricEntry)], [metrics]);
  const found = useMemo(() => findEntries(entries, text), [entries, text]);
  const close = (): void => {
    if (overlay.value === 'palette') overlay.value = null;
  };
  return (
    <Dialog label="Find metrics, pages and actions" look="palette" onClose={close}>
      <Combobox
        label="Find metrics, pages and actions"
        placeholder="A metric, a page, something to do …"
        text={text}
        onText={setText}
        choices={found}
        onChoose={({ run }) => {
          close();
          run();
        }}
        nothing={metrics === null ? 'Loading …' : 'Nothing has these letters.'}
      />
    </Dialog>
  );
}

type Entry = Omit<Action, 'group'> & { readonly group: string };

function metricEntry(name: string): Entry {
  return {
    id: `metric-${name}`,
    group: 'Metrics',
    text: name,
    icon: 'explore',
    run: () => navigate(parseRoute(exploreHref([selectorText(name)], route.value))),
  };
}
