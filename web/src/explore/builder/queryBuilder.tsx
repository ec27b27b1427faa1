import './queryBuilder.css';
import { rateWindow } from '@tinyobs/model/queryVariables';
import { useEffect, useState } from 'preact/hooks';
import { selectorText } from '../../api/promqlText.js';
import { metricNames } from '../../editor/serverNames.js';
import { Icon } from '../../ui/icon.js';
import { Skeleton } from '../../ui/skeleton.js';
import type { MetricType } from '../metrics/metricCatalog.js';
import { type BuiltQuery, builtText } from './builtQuery.js';
import { canSwap, suggestedSteps, swapped, withStep } from './builtSteps.js';
import { FilterFields } from './filterFields.js';
import { newOperation } from './operationKinds.js';
import { seriesType } from './seriesType.js';
import { StepFields } from './stepFields.js';
import { StepMenu } from './stepMenu.js';
import { SuggestInput } from './suggestInput.js';
import { useBuilt } from './useBuilt.js';

interface Props {
  readonly text: string;
  /** Between the points it is asked for, which windows of rates follow. */
  readonly stepSec: number;
  readonly onEdit: (text: string) => void;
  readonly onRun: () => void;
}

/** A query without PromQL: a metric, filters, and what is done with it; the query it makes is shown below. */
export function QueryBuilder({ text, stepSec, onEdit, onRun }: Props) {
  const { parsed, choose } = useBuilt(text, onEdit);
  if (parsed === null)
    return (
      <div class="builder">
        <Skeleton heightPx={34} />
      </div>
    );
  if ('reason' in parsed) {
    return (
      <div class="builder">
        <p class="builder-reason" role="status" data-testid="builder-reason">
          The builder cannot show {parsed.reason}. The query stays as it is, under Code.
        </p>
        <BuiltText text={text} />
      </div>
    );
  }
  return (
    <form
      class="builder"
      data-testid="builder"
      onSubmit={(event) => {
        event.preventDefault();
        onRun();
      }}
    >
      <Selection query={parsed.query} onChange={choose} />
      <Steps query={parsed.query} range={rateWindow(stepSec)} onChange={choose} />
      <BuiltText text={builtText(parsed.query)} />
      {/* Enter in any of the fields runs what was chosen. */}
      <button type="submit" hidden />
    </form>
  );
}

interface PartProps {
  readonly query: BuiltQuery;
  readonly onChange: (query: BuiltQuery) => void;
}

function Selection({ query, onChange }: PartProps) {
  const { metric, filters } = query;
  return (
    <div class="builder-line">
      <SuggestInput
        label="Metric"
        placeholder="Choose a metric"
        value={metric}
        load={metricNames}
        onEdit={(next) => onChange({ ...query, metric: next })}
        look="builder-metric"
        testId="builder-metric"
      />
      {filters.map((filter, place) => (
        <FilterFields
          key={place}
          filter={filter}
          metric={metric}
          others={filters.toSpliced(place, 1)}
          onChange={(next) => onChange({ ...query, filters: filters.with(place, next) })}
          onRemove={() => onChange({ ...query, filters: filters.toSpliced(place, 1) })}
        />
      ))}
      <button
        type="button"
        class="button builder-add"
        data-testid="add-filter"
        onClick={() => onChange({ ...query, filters: [...filters, { label: '', op: '=', value: '' }] })}
      >
        <Icon name="plus" size={16} />
        Filter
      </button>
    </div>
  );
}

function Steps({ query, range, onChange }: PartProps & { range: string }) {
  const { metric, filters, operations } = query;
  const match = selectorText(
    metric,
    filters.filter(({ label }) => label !== ''),
  );
  const swap = (place: number) => (canSwap(query, place) ? () => onChange(swapped(query, place)) : null);
  return (
    <div class="builder-line">
      {operations.map((step, place) => (
        <StepFields
          key={`${step.name} ${place}`}
          step={step}
          match={match === '{}' ? '' : match}
          onChange={(next) => onChange({ ...query, operations: operations.with(place, next) })}
          onRemove={() => onChange({ ...query, operations: operations.toSpliced(place, 1) })}
          onEarlier={swap(place - 1)}
          onLater={swap(place)}
        />
      ))}
      <StepMenu onChoose={(name) => onChange(withStep(query, newOperation(name, range)))} />
      {operations.length === 0 && metric !== '' && (
        <Suggestion query={query} range={range} onChange={onChange} />
      )}
    </div>
  );
}

/** What one usually does with a metric of its type. */
function Suggestion({ query, range, onChange }: PartProps & { range: string }) {
  const [known, setKnown] = useState<{ readonly metric: string; readonly type: MetricType } | null>(null);
  const { metric } = query;
  useEffect(() => {
    void seriesType(metric).then((type) => setKnown({ metric, type }));
  }, [metric]);
  const type = known?.metric === metric ? known.type : 'unknown';
  const operations = suggestedSteps(type, range);
  if (operations.length === 0) return null;
  return (
    <button
      type="button"
      class="builder-suggestion"
      data-testid="builder-suggestion"
      onClick={() => onChange({ ...query, operations })}
    >
      Usual for a {type}: {operations.map(({ name }) => name).join(', then ')}
    </button>
  );
}

function BuiltText({ text }: { text: string }) {
  return (
    <pre class="builder-text" data-testid="builder-text">
      {text === '' ? <span class="note">Choose a metric to begin.</span> : <code>{text}</code>}
    </pre>
  );
}
