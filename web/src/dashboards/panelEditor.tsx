import './panelEditor.css';
import { builtIns, type Meanings } from '@tinyobs/model/queryVariables';
import type { Panel, PanelQuery, Variable } from '../api/dashboards.js';
import { UNIT_CHOICES } from '../chart/units.js';
import { QueryInput } from '../editor/queryInput.js';
import { refreshNow } from '../state/clock.js';
import { rowLetter } from '../state/route.js';
import { Button } from '../ui/button.js';
import { Card } from '../ui/card.js';
import { Field } from '../ui/field.js';
import { IconButton } from '../ui/iconButton.js';
import { Segmented } from '../ui/segmented.js';
import { Select } from '../ui/select.js';
import { TextArea } from '../ui/textArea.js';
import { BLANK_QUERY, hasQueries, PANEL_KINDS } from './newDashboard.js';
import { PanelView } from './panelView.js';
import { RepeatFields } from './repeatFields.js';
import { ThresholdFields } from './thresholdFields.js';

const PREVIEW_PX = 300;

/** While a query is only read, any grid will do. */
const BUILT_INS = builtIns(60, 3_600);

interface Props {
  readonly panel: Panel;
  readonly variables: readonly Variable[];
  readonly meanings: Meanings;
  readonly onChange: (panel: Panel) => void;
  readonly onDone: () => void;
}

/** One panel with all that can be said of it; what is changed is seen at once. */
export function PanelEditor({ panel, variables, meanings, onChange, onDone }: Props) {
  const set = (change: Partial<Panel>) => onChange({ ...panel, ...change });
  return (
    <section class="panel-editor" aria-label="Panel editor" data-testid="panel-editor">
      <div class="panel-editor-main">
        <Card look={`dash-panel dash-panel-${panel.kind} panel-editor-preview`}>
          <PanelView panel={panel} meanings={meanings} heightPx={PREVIEW_PX} />
        </Card>
        {hasQueries(panel.kind) && (
          <Queries
            queries={panel.queries}
            variables={{ ...meanings, ...BUILT_INS }}
            onChange={(queries) => set({ queries })}
          />
        )}
        {panel.kind === 'text' && (
          <TextArea
            label="Text, with # headings, - lists, **strong**, `code` and [links](https://…)"
            rows={10}
            value={panel.text}
            onInput={(text) => set({ text })}
          />
        )}
      </div>
      <div class="panel-editor-side">
        <Button onClick={onDone} data-testid="panel-done">
          Done
        </Button>
        <Select
          label="Shown as"
          value={panel.kind}
          choices={PANEL_KINDS}
          onChoose={(kind) => {
            const needsQuery = hasQueries(kind) && panel.queries.length === 0;
            set(needsQuery ? { kind, queries: [BLANK_QUERY] } : { kind });
          }}
        />
        <Field
          type="text"
          label="Title"
          maxLength={300}
          data-testid="panel-title"
          value={panel.title}
          onInput={(event) => set({ title: event.currentTarget.value })}
        />
        <TextArea
          label="Description"
          rows={2}
          value={panel.description}
          onInput={(description) => set({ description })}
        />
        {panel.kind !== 'row' && <RepeatFields panel={panel} variables={variables} onSet={set} />}
        {hasQueries(panel.kind) && <LookFields panel={panel} onSet={set} />}
      </div>
    </section>
  );
}

interface LookProps {
  readonly panel: Panel;
  readonly onSet: (change: Partial<Panel>) => void;
}

function LookFields({ panel, onSet }: LookProps) {
  return (
    <>
      <Select label="Unit" value={panel.unit} choices={UNIT_CHOICES} onChoose={(unit) => onSet({ unit })} />
      {panel.kind === 'graph' && (
        <>
          <Segmented label="Lines" value={panel.look} choices={LOOKS} onChoose={(look) => onSet({ look })} />
          <Segmented
            label="Legend"
            value={panel.legend}
            choices={LEGENDS}
            onChoose={(legend) => onSet({ legend })}
          />
        </>
      )}
      {panel.kind === 'gauge' && (
        <div class="panel-editor-pair">
          <EndField label="From" value={panel.min} onSet={(min) => onSet({ min })} />
          <EndField label="To" value={panel.max} onSet={(max) => onSet({ max })} />
        </div>
      )}
      <ThresholdFields thresholds={panel.thresholds} onChange={(thresholds) => onSet({ thresholds })} />
    </>
  );
}

const LOOKS = [
  { value: 'line', text: 'Line' },
  { value: 'area', text: 'Area' },
  { value: 'stacked', text: 'Stacked' },
  { value: 'bars', text: 'Bars' },
] as const;

const LEGENDS = [
  { value: 'list', text: 'Names' },
  { value: 'table', text: 'Table' },
] as const;

interface EndProps {
  readonly label: string;
  readonly value: number | undefined;
  readonly onSet: (value: number | undefined) => void;
}

function EndField({ label, value, onSet }: EndProps) {
  return (
    <Field
      type="number"
      step="any"
      label={label}
      placeholder="found"
      value={value ?? ''}
      onInput={({ currentTarget: { valueAsNumber: given } }) =>
        onSet(Number.isNaN(given) ? undefined : given)
      }
    />
  );
}

interface QueriesProps {
  readonly queries: readonly PanelQuery[];
  readonly variables: Meanings;
  readonly onChange: (queries: readonly PanelQuery[]) => void;
}

function Queries({ queries, variables, onChange }: QueriesProps) {
  const set = (place: number, change: Partial<PanelQuery>) =>
    onChange(queries.map((query, at) => (at === place ? { ...query, ...change } : query)));
  return (
    <div class="panel-queries">
      {queries.map((query, place) => (
        <div key={place} class="panel-query">
          <p class="panel-query-name">{queries.length === 1 ? 'Query' : `Query ${rowLetter(place)}`}</p>
          <QueryInput
            label={`PromQL query ${rowLetter(place)}`}
            hint="sum(rate(http_requests_total[$__rate_interval]))"
            text={query.expr}
            variables={variables}
            onEdit={(expr) => set(place, { expr })}
            onRun={refreshNow}
          />
          <div class="panel-query-foot">
            <Field
              type="text"
              label="Name of its series"
              placeholder="{{label}}"
              maxLength={500}
              value={query.legend}
              onInput={(event) => set(place, { legend: event.currentTarget.value })}
            />
            <IconButton
              icon="trash"
              label="Remove the query"
              disabled={queries.length === 1}
              onClick={() => onChange(queries.filter((_, at) => at !== place))}
            />
          </div>
        </div>
      ))}
      <div>
        <Button onClick={() => onChange([...queries, BLANK_QUERY])}>Add query</Button>
      </div>
    </div>
  );
}
