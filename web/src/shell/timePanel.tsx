import './timePanel.css';
import { useState } from 'preact/hooks';
import { formatInput, parseInput, zone } from '../chart/timeFormat.js';
import { nowMs } from '../state/clock.js';
import { navigate, route } from '../state/location.js';
import type { Zone } from '../state/route.js';
import { RANGE_PRESETS, resolveRange } from '../state/timeRange.js';
import { showRange } from '../state/zoom.js';
import { Button } from '../ui/button.js';
import { Field } from '../ui/field.js';
import { Select } from '../ui/select.js';

const ZONES: readonly { readonly value: Zone; readonly text: string }[] = [
  { value: 'local', text: `Local (${Intl.DateTimeFormat().resolvedOptions().timeZone})` },
  { value: 'utc', text: 'UTC' },
];

/** Ranges that move with the clock, one from here to there, and the zone both are written in. */
export function TimePanel({ close }: { close: () => void }) {
  const { range } = route.value;
  return (
    <div class="time-panel">
      <fieldset class="time-presets" aria-label="The last …" data-testid="range-picker">
        {RANGE_PRESETS.map(({ text, title, seconds }) => (
          <button
            key={text}
            type="button"
            data-range={text}
            aria-pressed={range.kind === 'last' && range.seconds === seconds}
            onClick={() => {
              close();
              showRange({ kind: 'last', seconds });
            }}
          >
            Last {title}
          </button>
        ))}
      </fieldset>
      {/* Another zone writes the same instants in another way: the form begins anew. */}
      <Absolute key={zone.value} close={close} />
    </div>
  );
}

function Absolute({ close }: { close: () => void }) {
  const shown = resolveRange(route.value.range, nowMs.value);
  const [from, setFrom] = useState(formatInput(shown.startSec));
  const [to, setTo] = useState(formatInput(shown.endSec));
  const [failure, setFailure] = useState<string | null>(null);
  const submit = (event: Event): void => {
    event.preventDefault();
    const [startSec, endSec] = [parseInput(from), parseInput(to)];
    if (!Number.isFinite(startSec) || !Number.isFinite(endSec)) setFailure('Enter both times.');
    else if (startSec >= endSec) setFailure('The end must lie behind the beginning.');
    else {
      close();
      showRange({ kind: 'fixed', startSec, endSec });
    }
  };
  return (
    <form class="time-absolute" onSubmit={submit}>
      <Field
        label="From"
        type="datetime-local"
        step={1}
        value={from}
        onInput={(event) => setFrom(event.currentTarget.value)}
      />
      <Field
        label="To"
        type="datetime-local"
        step={1}
        value={to}
        failure={failure}
        onInput={(event) => setTo(event.currentTarget.value)}
      />
      <Button kind="primary" type="submit">
        Show this stretch
      </Button>
      <Select
        label="Zone"
        value={route.value.zone}
        choices={ZONES}
        onChoose={(chosen) => navigate({ ...route.value, zone: chosen })}
      />
      <p class="note">Drag over a chart to zoom into it.</p>
    </form>
  );
}
