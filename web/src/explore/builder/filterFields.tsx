import { type LabelFilter, type MatchOp, selectorText } from '../../api/promqlText.js';
import { labelsOf, valuesOf } from '../../editor/serverNames.js';
import { IconButton } from '../../ui/iconButton.js';
import { SuggestInput } from './suggestInput.js';

interface Props {
  readonly filter: LabelFilter;
  readonly metric: string;
  /** The other filters, among whose series labels and values are looked for. */
  readonly others: readonly LabelFilter[];
  readonly onChange: (filter: LabelFilter) => void;
  readonly onRemove: () => void;
}

const OPS: readonly { readonly op: MatchOp; readonly title: string }[] = [
  { op: '=', title: '= is' },
  { op: '!=', title: '!= is not' },
  { op: '=~', title: '=~ matches' },
  { op: '!~', title: '!~ matches not' },
];

/** One label, how it compares, and the value. */
export function FilterFields({ filter, metric, others, onChange, onRemove }: Props) {
  const { label, op, value } = filter;
  const selector = selectorText(
    metric,
    others.filter((other) => other.label !== ''),
  );
  const match = selector === '{}' ? '' : selector;
  const named = label === '' ? 'filter' : label;
  return (
    <fieldset class="builder-filter" aria-label={`Filter ${label}`}>
      <SuggestInput
        label="Label"
        placeholder="label"
        value={label}
        load={async () => (await labelsOf([match])).filter((name) => name !== '__name__')}
        onEdit={(next) => onChange({ ...filter, label: next })}
        look="builder-label"
      />
      <select
        class="builder-op"
        aria-label={`How ${named} compares`}
        value={op}
        onChange={(event) => {
          const chosen = OPS.find((one) => one.op === event.currentTarget.value);
          if (chosen) onChange({ ...filter, op: chosen.op });
        }}
      >
        {OPS.map((one) => (
          <option key={one.op} value={one.op}>
            {one.title}
          </option>
        ))}
      </select>
      <SuggestInput
        label={`Value of ${named}`}
        placeholder="value"
        value={value}
        load={() => (label === '' ? Promise.resolve([]) : valuesOf(label, [match]))}
        onEdit={(next) => onChange({ ...filter, value: next })}
        look="builder-value"
      />
      <IconButton icon="close" label={`Remove ${named}`} onClick={onRemove} />
    </fieldset>
  );
}
