import { useEffect, useRef, useState } from 'preact/hooks';
import { CENSUS_MAX, census } from '../../api/operate.js';
import { type LabelFilter, selectorText } from '../../api/promqlText.js';
import { useQuery } from '../../state/useQuery.js';
import { Button } from '../../ui/button.js';
import { type Choice, Combobox } from '../../ui/combobox.js';
import { Icon } from '../../ui/icon.js';
import { Popover } from '../../ui/popover.js';

interface Props {
  /** Those in force, among whose series labels and values are counted. */
  readonly filters: readonly LabelFilter[];
  readonly onAdd: (filter: LabelFilter) => void;
}

/** Narrows the metrics to those with a label: first which, then which of its values, with how many series have it. */
export function FacetMenu({ filters, onAdd }: Props) {
  return (
    <Popover
      label="Filter metrics by a label"
      trigger={(attributes) => (
        <button {...attributes} type="button" class="button facet-add" data-testid="facet-add">
          <Icon name="plus" size={16} />
          Label
        </button>
      )}
    >
      {(close) => (
        <Facets
          filters={filters}
          onAdd={(filter) => {
            close();
            onAdd(filter);
          }}
        />
      )}
    </Popover>
  );
}

/** Drawn at once: letters find the others. */
const DRAWN_MAX = 100;

function Facets({ filters, onAdd }: Props) {
  const [label, setLabel] = useState<string | null>(null);
  const [text, setText] = useState('');
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => root.current?.querySelector('input')?.focus(), [label]);
  const { data, error } = useCounts(filters, label);
  const wanted = text.toLowerCase();
  const found = (data ?? []).filter(({ name }) => name.toLowerCase().includes(wanted)).slice(0, DRAWN_MAX);
  const choose = ({ id }: Choice) => {
    setText('');
    if (label === null) setLabel(id);
    else onAdd({ label, op: '=', value: id });
  };
  return (
    <div class="facets" ref={root}>
      {label !== null && (
        <Button kind="quiet" onClick={() => setLabel(null)}>
          <Icon name="left" size={16} />
          Another label
        </Button>
      )}
      <Combobox
        key={label}
        label={label === null ? 'Find a label' : `Find a value of ${label}`}
        placeholder={label === null ? 'Label' : `Value of ${label}`}
        text={text}
        onText={setText}
        choices={found.map(({ name, series }) => choiceOf(name, series, label))}
        onChoose={choose}
        nothing={data !== null ? 'Nothing has these letters.' : (error?.message ?? 'Loading …')}
      />
    </div>
  );
}

function choiceOf(name: string, series: number, label: string | null): Choice {
  return {
    id: name,
    group: label === null ? 'Labels, with how many series have them' : `Values of ${label}`,
    text: name,
    icon: label === null ? 'right' : 'plus',
    detail: series.toLocaleString('en-US'),
  };
}

interface Count {
  readonly name: string;
  readonly series: number;
}

/** Labels, or the values of one, most series first. */
function useCounts(filters: readonly LabelFilter[], label: string | null) {
  const match = filters.length === 0 ? undefined : selectorText('', filters);
  const request = { subject: JSON.stringify([match, label]), variant: '', tick: 0 };
  return useQuery(request, async (signal): Promise<readonly Count[]> => {
    const { labels, values } = await census({ limit: CENSUS_MAX, match, label: label ?? undefined }, signal);
    if (label !== null) return (values?.bySeries ?? []).map(({ value, series }) => ({ name: value, series }));
    const taken = new Set(['__name__', ...filters.map((filter) => filter.label)]);
    return labels.bySeries
      .filter((one) => !taken.has(one.label))
      .map((one) => ({ name: one.label, series: one.series }));
  });
}
