import { refreshNow } from '../state/clock.js';
import { type LiveState, liveState } from '../state/live.js';
import { navigate, route } from '../state/location.js';
import { formatRefresh, REFRESH_CHOICES, type Refresh } from '../state/route.js';
import { Icon } from '../ui/icon.js';
import { IconButton } from '../ui/iconButton.js';
import { Menu } from '../ui/menu.js';

const LIVE_STATES: Record<LiveState, string> = {
  idle: 'Not live',
  connecting: 'Connecting',
  streaming: 'Live',
  polling: 'Live, by asking',
};

/** When the page asks again, and a button to ask now. */
export function RefreshMenu() {
  const { refresh, range } = route.value;
  return (
    <fieldset class="time-control" aria-label="Refresh">
      <IconButton icon="refresh" label="Refresh now" keys="r" onClick={refreshNow} />
      <Menu
        label="Refresh"
        items={REFRESH_CHOICES.map((choice) => ({
          id: `refresh-${formatRefresh(choice)}`,
          text: describe(choice),
          isChosen: choice === refresh,
          onChoose: () => navigate({ ...route.value, refresh: choice }),
        }))}
        trigger={(attributes) => (
          <button {...attributes} type="button" class="refresh-shown" data-testid="refresh-menu">
            {refresh === 'live' && range.kind === 'last' ? (
              <span class="live-dot" data-state={liveState.value} title={LIVE_STATES[liveState.value]} />
            ) : null}
            <span class="sr-only">Refresh: </span>
            {range.kind === 'fixed' && refresh === 'live' ? 'Still' : short(refresh)}
            <Icon name="down" size={14} />
          </button>
        )}
      />
    </fieldset>
  );
}

function short(refresh: Refresh): string {
  return refresh === 'live' ? 'Live' : refresh === 'off' ? 'Off' : formatRefresh(refresh);
}

function describe(choice: Refresh): string {
  if (choice === 'live') return 'Live';
  return choice === 'off' ? 'Only when asked' : `Every ${formatRefresh(choice)}`;
}
