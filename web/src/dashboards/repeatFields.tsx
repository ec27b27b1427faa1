import type { Panel, Variable } from '../api/dashboards.js';
import { Select } from '../ui/select.js';

interface Props {
  readonly panel: Pick<Panel, 'repeat' | 'perRow'>;
  readonly variables: readonly Variable[];
  readonly onSet: (change: Partial<Panel>) => void;
}

/** Whether a panel is shown once, or for each value that is chosen of a variable. */
export function RepeatFields({ panel: { repeat, perRow }, variables, onSet }: Props) {
  if (variables.length === 0 && repeat === '') return null;
  return (
    <div class="panel-editor-pair">
      <Select
        label="For each"
        value={repeat}
        choices={variableChoices(variables, repeat)}
        onChoose={(name) => onSet({ repeat: name })}
      />
      {repeat !== '' && (
        <Select
          label="Side by side"
          value={String(perRow)}
          choices={perRowChoices(perRow)}
          onChoose={(count) => onSet({ perRow: Number(count) })}
        />
      )}
    </div>
  );
}

function variableChoices(variables: readonly Variable[], present: string) {
  const names = new Set(variables.map(({ name }) => name));
  if (present !== '') names.add(present);
  return [
    { value: '', text: 'Once' },
    ...[...names].map((name) => ({ value: name, text: `Value of ${name}` })),
  ];
}

function perRowChoices(present: number) {
  const counts = [...new Set([1, 2, 3, 4, 6, 8, present])].sort((a, b) => a - b);
  return counts.map((count) => ({
    value: String(count),
    text: count === 1 ? 'One below the other' : `Up to ${count}`,
  }));
}
