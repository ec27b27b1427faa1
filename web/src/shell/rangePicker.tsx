import { formatInstant } from '../chart/timeFormat.js';
import { navigate, route } from '../state/location.js';
import { formatDuration, RANGE_PRESETS } from '../state/timeRange.js';
import { resetZoom } from '../state/zoom.js';

/** The presets side by side; a zoomed stretch shows its ends and the way back. */
export function RangePicker() {
  const { range } = route.value;
  const isPreset = range.kind === 'last' && RANGE_PRESETS.some(({ seconds }) => seconds === range.seconds);
  return (
    <div class="range">
      {range.kind === 'fixed' && (
        <button
          type="button"
          class="zoomed"
          data-testid="reset-zoom"
          onClick={resetZoom}
          title="Back to the moving range"
        >
          <span>
            {formatInstant(range.startSec)} – {formatInstant(range.endSec)}
          </span>
          <span aria-hidden="true">✕</span>
          <span class="sr-only">Reset zoom</span>
        </button>
      )}
      <fieldset class="segments" data-testid="range-picker">
        <legend class="sr-only">Time range</legend>
        {RANGE_PRESETS.map(({ text, seconds }) => (
          <button
            key={text}
            type="button"
            data-range={text}
            aria-pressed={range.kind === 'last' && range.seconds === seconds}
            onClick={() => navigate({ ...route.value, range: { kind: 'last', seconds } })}
          >
            {text}
          </button>
        ))}
        {range.kind === 'last' && !isPreset && (
          <button type="button" aria-pressed="true">
            {formatDuration(range.seconds)}
          </button>
        )}
      </fieldset>
    </div>
  );
}
