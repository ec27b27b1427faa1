import { refreshNow } from '../state/clock.js';
import { navigate, route } from '../state/location.js';
import { formatRefresh, REFRESH_CHOICES } from '../state/route.js';

/** How often the page asks again, and a button to ask now. */
export function RefreshPicker() {
  const { refreshSec } = route.value;
  const choose = (text: string) => {
    const choice = REFRESH_CHOICES.find((seconds) => formatRefresh(seconds) === text);
    if (choice !== undefined) navigate({ ...route.value, refreshSec: choice });
  };
  return (
    <div class="refresh">
      <button
        type="button"
        class="icon-button"
        aria-label="Refresh now"
        title="Refresh now"
        onClick={refreshNow}
      >
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <path
            d="M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3"
            fill="none"
            stroke="currentColor"
            stroke-width="1.5"
            stroke-linecap="round"
            stroke-linejoin="round"
          />
        </svg>
      </button>
      <select
        data-testid="refresh-picker"
        aria-label="Refresh every"
        value={formatRefresh(refreshSec)}
        onChange={(event) => choose(event.currentTarget.value)}
      >
        {REFRESH_CHOICES.map((seconds) => (
          <option key={formatRefresh(seconds)} value={formatRefresh(seconds)}>
            {seconds === null ? 'Off' : formatRefresh(seconds)}
          </option>
        ))}
      </select>
    </div>
  );
}
