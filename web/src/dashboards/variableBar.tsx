import { ALL } from '@tinyobs/model/queryVariables';
import { navigate } from '../state/location.js';
import type { DashboardRoute } from '../state/route.js';
import { Icon } from '../ui/icon.js';
import { Popover } from '../ui/popover.js';
import { Select } from '../ui/select.js';
import type { ChosenVariable } from './useVariables.js';

interface Props {
  readonly route: DashboardRoute;
  readonly known: readonly ChosenVariable[];
}

/** What the reader chooses; all of it is in the URL. */
export function VariableBar({ route, known }: Props) {
  const shown = known.filter(({ variable }) => variable.kind !== 'constant');
  if (shown.length === 0) return null;
  const choose = (name: string, chosen: readonly string[]) =>
    navigate({ ...route, values: { ...route.values, [name]: chosen } });
  return (
    <div class="variable-bar" data-testid="variables">
      {shown.map((one) =>
        one.variable.isMulti ? (
          <Several key={one.variable.name} one={one} onChoose={choose} />
        ) : (
          <Select
            key={one.variable.name}
            label={nameOf(one)}
            value={one.chosen[0] ?? ''}
            choices={choicesOf(one)}
            onChoose={(value) => choose(one.variable.name, [value])}
          />
        ),
      )}
    </div>
  );
}

interface SeveralProps {
  readonly one: ChosenVariable;
  readonly onChoose: (name: string, chosen: readonly string[]) => void;
}

function Several({ one, onChoose }: SeveralProps) {
  const { variable, chosen } = one;
  const text = chosen.length > 2 ? `${chosen.length} chosen` : chosen.map(textOf).join(', ');
  const toggle = (value: string) => {
    if (value === ALL) return onChoose(variable.name, [ALL]);
    const others = chosen.filter((one) => one !== ALL && one !== value);
    onChoose(variable.name, chosen.includes(value) ? others : [...others, value]);
  };
  return (
    <div class="field variable-several">
      <span class="variable-name" aria-hidden="true">
        {nameOf(one)}
      </span>
      <Popover
        label={nameOf(one)}
        trigger={(attributes) => (
          <button
            {...attributes}
            type="button"
            class="variable-button"
            aria-label={`${nameOf(one)}: ${text}`}
            data-testid={`variable-${variable.name}`}
          >
            <span>{text === '' ? '–' : text}</span>
            <Icon name="down" size={14} />
          </button>
        )}
      >
        {() => (
          <ul class="variable-choices">
            {choicesOf(one).map(({ value, text: name }) => (
              <li key={value}>
                <label title={name}>
                  <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} />
                  <span>{name}</span>
                </label>
              </li>
            ))}
          </ul>
        )}
      </Popover>
    </div>
  );
}

function choicesOf({ variable, options }: ChosenVariable) {
  const all = variable.hasAll ? [ALL] : [];
  return [...all, ...options].map((value) => ({ value, text: textOf(value) }));
}

function textOf(value: string): string {
  if (value === ALL) return 'All';
  return value === '' ? '(empty)' : value;
}

function nameOf({ variable }: ChosenVariable): string {
  return variable.label === '' ? variable.name : variable.label;
}
