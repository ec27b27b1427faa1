import type { Variable } from '../api/dashboards.js';
import { Button } from '../ui/button.js';
import { Field } from '../ui/field.js';
import { Select } from '../ui/select.js';

const KINDS = [
  { value: 'query', text: 'Values of a label' },
  { value: 'custom', text: 'Given values' },
  { value: 'interval', text: 'Durations' },
  { value: 'constant', text: 'One value, not shown' },
] as const;

interface Props {
  readonly variable: Variable;
  readonly onChange: (variable: Variable) => void;
  readonly onRemove: () => void;
}

export function VariableFields({ variable, onChange, onRemove }: Props) {
  const set = (change: Partial<Variable>) => onChange({ ...variable, ...change });
  return (
    <fieldset class="variable-fields" aria-label={`Variable ${variable.name}`}>
      <div class="panel-editor-pair">
        <Field
          type="text"
          label="Name"
          maxLength={64}
          data-testid="variable-name"
          value={variable.name}
          onInput={(event) => set({ name: event.currentTarget.value })}
        />
        <Select label="Its values" value={variable.kind} choices={KINDS} onChoose={(kind) => set({ kind })} />
      </div>
      {variable.kind === 'query' ? (
        <div class="panel-editor-pair">
          <Field
            type="text"
            label="Label"
            placeholder="job"
            data-testid="variable-label"
            value={variable.labelName}
            onInput={(event) => set({ labelName: event.currentTarget.value })}
          />
          <Field
            type="text"
            label="Of which series"
            placeholder={'up{job="$job"}'}
            value={variable.selector}
            onInput={(event) => set({ selector: event.currentTarget.value })}
          />
        </div>
      ) : (
        <Field
          type="text"
          label="Values, with commas between"
          value={variable.values.join(', ')}
          onChange={(event) => set({ values: valuesIn(event.currentTarget.value) })}
        />
      )}
      <div class="variable-fields-foot">
        <Check label="Several at once" checked={variable.isMulti} onSet={(isMulti) => set({ isMulti })} />
        <Check label="All" checked={variable.hasAll} onSet={(hasAll) => set({ hasAll })} />
        <Button kind="quiet" onClick={onRemove}>
          Remove
        </Button>
      </div>
    </fieldset>
  );
}

interface CheckProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onSet: (checked: boolean) => void;
}

function Check({ label, checked, onSet }: CheckProps) {
  return (
    <label class="check">
      <input type="checkbox" checked={checked} onChange={(event) => onSet(event.currentTarget.checked)} />
      {label}
    </label>
  );
}

function valuesIn(text: string): readonly string[] {
  return text
    .split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '');
}
