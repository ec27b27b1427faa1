import type { Panel } from '../api/dashboards.js';
import { Button } from '../ui/button.js';
import { Field } from '../ui/field.js';
import { IconButton } from '../ui/iconButton.js';
import { Select } from '../ui/select.js';

type Thresholds = Panel['thresholds'];

const ROLES = [
  { value: 'good', text: 'Good' },
  { value: 'warn', text: 'Warning' },
  { value: 'bad', text: 'Bad' },
] as const;
const THRESHOLDS_MAX = 10;

interface Props {
  readonly thresholds: Thresholds;
  readonly onChange: (thresholds: Thresholds) => void;
}

/** From which value on something is good, or no longer. */
export function ThresholdFields({ thresholds, onChange }: Props) {
  const set = (place: number, change: Partial<Thresholds[number]>) =>
    onChange(thresholds.map((one, at) => (at === place ? { ...one, ...change } : one)));
  return (
    <fieldset class="threshold-fields">
      <legend>Thresholds</legend>
      {thresholds.map((one, place) => (
        <div key={place} class="threshold-field">
          <Field
            type="number"
            step="any"
            label="From"
            value={one.from}
            onInput={({ currentTarget: { valueAsNumber: from } }) =>
              !Number.isNaN(from) && set(place, { from })
            }
          />
          <Select label="It is" value={one.role} choices={ROLES} onChoose={(role) => set(place, { role })} />
          <IconButton
            icon="trash"
            label="Remove the threshold"
            onClick={() => onChange(thresholds.filter((_, at) => at !== place))}
          />
        </div>
      ))}
      <Button
        disabled={thresholds.length >= THRESHOLDS_MAX}
        onClick={() => onChange([...thresholds, { from: 0, role: 'bad' }])}
      >
        Add threshold
      </Button>
    </fieldset>
  );
}
