import { isFound } from '@tinyobs/model/queryVariables';
import type { Variable } from '../api/dashboards.js';
import { Button } from '../ui/button.js';
import { Field } from '../ui/field.js';
import { Select } from '../ui/select.js';

const KINDS = [
  { value: 'query', text: 'Values of a label' },
  { value: 'result', text: 'Series of a query' },
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
      {isFound(variable.kind) ? (
        <FoundFields variable={variable} onSet={set} />
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

interface FoundProps {
  readonly variable: Variable;
  readonly onSet: (change: Partial<Variable>) => void;
}

/** Where values are found, and what of them is taken. */
function FoundFields({ variable: { kind, labelName, selector, regex }, onSet }: FoundProps) {
  return (
    <div class="panel-editor-pair">
      {kind === 'query' && (
        <Field
          type="text"
          label="Label"
          placeholder="job"
          data-testid="variable-label"
          value={labelName}
          onInput={(event) => onSet({ labelName: event.currentTarget.value })}
        />
      )}
      <Field
        type="text"
        label={kind === 'query' ? 'Of which series' : 'Query'}
        placeholder={kind === 'query' ? 'up{job="$job"}' : 'topk(5, sum by (job) (up))'}
        data-testid="variable-selector"
        value={selector}
        onInput={(event) => onSet({ selector: event.currentTarget.value })}
      />
      <Field
        type="text"
        label="Only what matches"
        placeholder={kind === 'query' ? '^prod-(.*)' : 'job="(.*?)"'}
        maxLength={500}
        data-testid="variable-regex"
        value={regex}
        onInput={(event) => onSet({ regex: event.currentTarget.value })}
      />
    </div>
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
