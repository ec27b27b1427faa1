import { formatSpan } from '../chart/timeFormat.js';
import { route } from '../state/location.js';
import { formatDuration, RANGE_PRESETS, type TimeRange } from '../state/timeRange.js';
import { canGoBack, goBack, resetZoom, shift, zoomOut } from '../state/zoom.js';
import { Icon } from '../ui/icon.js';
import { IconButton } from '../ui/iconButton.js';
import { Popover } from '../ui/popover.js';
import { TimePanel } from './timePanel.js';

/** The time that is looked at, and the ways to another one. */
export function TimeControl() {
  const { range } = route.value;
  const isFixed = range.kind === 'fixed';
  return (
    <fieldset class="time-control" aria-label="Time range">
      {canGoBack() && <IconButton icon="back" label="The range before" keys="b" onClick={goBack} />}
      <IconButton icon="left" label="Half a range back" keys="[" onClick={() => shift(-1)} />
      <Popover
        label="Time range"
        trigger={(attributes) => (
          <button
            {...attributes}
            type="button"
            class="time-shown"
            data-is-fixed={isFixed}
            data-testid="time-range"
          >
            <Icon name="clock" size={16} />
            <span>{nameOf(range)}</span>
          </button>
        )}
      >
        {(close) => <TimePanel close={close} />}
      </Popover>
      {isFixed && <IconButton icon="right" label="Half a range on" keys="]" onClick={() => shift(1)} />}
      <IconButton icon="zoomOut" label="Zoom out" keys="z" onClick={zoomOut} />
      {isFixed && (
        <IconButton
          icon="close"
          label="Back to the moving range"
          keys="l"
          onClick={resetZoom}
          data-testid="reset-zoom"
        />
      )}
    </fieldset>
  );
}

function nameOf(range: TimeRange): string {
  if (range.kind === 'fixed') return formatSpan(range.startSec, range.endSec);
  const preset = RANGE_PRESETS.find(({ seconds }) => seconds === range.seconds);
  return `Last ${preset?.title ?? formatDuration(range.seconds)}`;
}
