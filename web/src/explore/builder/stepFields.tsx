import { useState } from 'preact/hooks';
import { labelsOf } from '../../editor/serverNames.js';
import { IconButton } from '../../ui/iconButton.js';
import type { Operation } from './builtQuery.js';
import { operationOf } from './operationKinds.js';
import { SuggestInput } from './suggestInput.js';

interface Props {
  readonly step: Operation;
  /** The series whose labels there are to group by. */
  readonly match: string;
  readonly onChange: (step: Operation) => void;
  readonly onRemove: () => void;
  /** Null where it cannot go further. */
  readonly onEarlier: (() => void) | null;
  readonly onLater: (() => void) | null;
}

const RANGES = ['1m', '5m', '10m', '30m', '1h', '6h', '1d'];

/** One operation with what it takes, and its place among the others. */
export function StepFields({ step, match, onChange, onRemove, onEarlier, onLater }: Props) {
  const { name, range, number } = step;
  const { kind, numberIs } = operationOf(name);
  return (
    <fieldset class="builder-step" aria-label={`Operation ${name}`} data-step={name}>
      <code class="builder-step-name">{name}</code>
      {numberIs !== 'none' && (
        <input
          class="builder-input builder-number"
          aria-label={`Number of ${name}`}
          inputMode="decimal"
          value={number}
          onInput={(event) => onChange({ ...step, number: event.currentTarget.value })}
        />
      )}
      {kind === 'range' && (
        <SuggestInput
          label={`Stretch of time of ${name}`}
          placeholder="5m"
          value={range}
          load={async () => RANGES}
          onEdit={(next) => onChange({ ...step, range: next })}
          look="builder-number"
        />
      )}
      {kind === 'aggregate' && <Grouping step={step} match={match} onChange={onChange} />}
      <span class="builder-step-tools">
        <IconButton
          icon="left"
          label={`${name} earlier`}
          disabled={!onEarlier}
          onClick={() => onEarlier?.()}
        />
        <IconButton icon="right" label={`${name} later`} disabled={!onLater} onClick={() => onLater?.()} />
        <IconButton icon="close" label={`Remove ${name}`} onClick={onRemove} />
      </span>
    </fieldset>
  );
}

const GROUPINGS = [
  { value: 'all', text: 'of all' },
  { value: 'by', text: 'by' },
  { value: 'without', text: 'without' },
] as const;

function Grouping({ step, match, onChange }: Pick<Props, 'step' | 'match' | 'onChange'>) {
  const [draft, setDraft] = useState('');
  const { name, grouping, labels } = step;
  const add = (label: string) => {
    setDraft('');
    if (label !== '' && !labels.includes(label)) onChange({ ...step, labels: [...labels, label] });
  };
  return (
    <>
      <select
        class="builder-op"
        aria-label={`Groups of ${name}`}
        value={grouping}
        onChange={(event) => {
          const chosen = GROUPINGS.find(({ value }) => value === event.currentTarget.value)?.value;
          if (chosen) onChange({ ...step, grouping: chosen, labels: chosen === 'all' ? [] : labels });
        }}
      >
        {GROUPINGS.map(({ value, text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
      {grouping !== 'all' &&
        labels.map((label) => (
          <button
            key={label}
            type="button"
            class="builder-chip"
            aria-label={`Remove label ${label}`}
            onClick={() => onChange({ ...step, labels: labels.filter((one) => one !== label) })}
          >
            {label}
            <span aria-hidden="true"> ×</span>
          </button>
        ))}
      {grouping !== 'all' && (
        <SuggestInput
          label={`Add a label to ${name}`}
          placeholder="label"
          value={draft}
          load={async () =>
            (await labelsOf([match])).filter((one) => one !== '__name__' && !labels.includes(one))
          }
          onEdit={setDraft}
          onDone={add}
          look="builder-label"
        />
      )}
    </>
  );
}
