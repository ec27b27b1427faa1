import { useState } from 'preact/hooks';
import type { Dashboard, Variable } from '../api/dashboards.js';
import { RANGE_PRESETS } from '../state/timeRange.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import { Field } from '../ui/field.js';
import { Select } from '../ui/select.js';
import { TextArea } from '../ui/textArea.js';
import { BLANK_VARIABLE } from './newDashboard.js';
import { VariableFields } from './variableFields.js';

interface Props {
  readonly dashboard: Dashboard;
  readonly onChange: (dashboard: Dashboard) => void;
  readonly onClose: () => void;
}

/** What is said of the dashboard as a whole; taken over with one button, so that it is one change. */
export function SettingsDialog({ dashboard, onChange, onClose }: Props) {
  const [given, setGiven] = useState(dashboard);
  const [tags, setTags] = useState(dashboard.tags.join(', '));
  const set = (change: Partial<Dashboard>) => setGiven({ ...given, ...change });
  const problem = problemOf(given);
  return (
    <Dialog label="Dashboard settings" look="dash-dialog" onClose={onClose}>
      <form
        class="dash-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (problem === null) onChange({ ...given, tags: tagsIn(tags) });
          if (problem === null) onClose();
        }}
      >
        <h2>Settings</h2>
        <Field
          type="text"
          label="Title"
          maxLength={200}
          data-testid="dashboard-title"
          value={given.title}
          onInput={(event) => set({ title: event.currentTarget.value })}
        />
        <TextArea
          label="Description"
          rows={2}
          value={given.description}
          onInput={(description) => set({ description })}
        />
        <div class="panel-editor-pair">
          <Field
            type="text"
            label="Tags, with commas between"
            value={tags}
            onInput={(event) => setTags(event.currentTarget.value)}
          />
          <Select
            label="Opens with"
            value={given.range}
            choices={rangeChoices(given.range)}
            onChoose={(range) => set({ range })}
          />
        </div>
        <Variables variables={given.variables} onChange={(variables) => set({ variables })} />
        {problem !== null && (
          <p class="field-failure" role="alert">
            {problem}
          </p>
        )}
        <div class="dash-form-foot">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" disabled={problem !== null} data-testid="settings-apply">
            Apply
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface VariablesProps {
  readonly variables: readonly Variable[];
  readonly onChange: (variables: readonly Variable[]) => void;
}

function Variables({ variables, onChange }: VariablesProps) {
  return (
    <>
      <h3>Variables</h3>
      {variables.map((variable, place) => (
        <VariableFields
          key={place}
          variable={variable}
          onChange={(next) => onChange(variables.map((one, at) => (at === place ? next : one)))}
          onRemove={() => onChange(variables.filter((_, at) => at !== place))}
        />
      ))}
      <div>
        <Button onClick={() => onChange([...variables, BLANK_VARIABLE])}>Add variable</Button>
      </div>
    </>
  );
}

/** What the server would refuse, said where it can be mended. */
function problemOf({ title, variables }: Dashboard): string | null {
  if (title.trim() === '') return 'A dashboard needs a title.';
  const names = variables.map(({ name }) => name);
  const odd = names.find((name) => !/^[A-Za-z_]\w{0,63}$/.test(name));
  if (odd !== undefined)
    return `“${odd}” is no name of a variable: it has letters, digits and _, no digit first.`;
  const double = names.find((name, place) => names.indexOf(name) !== place);
  return double === undefined ? null : `There are two variables ${double}.`;
}

function tagsIn(text: string): readonly string[] {
  const tags = text.split(',').map((tag) => tag.trim().slice(0, 50));
  return [...new Set(tags)].filter((tag) => tag !== '').slice(0, 20);
}

function rangeChoices(present: string) {
  const presets = RANGE_PRESETS.map(({ text, title }) => ({ value: text as string, text: `Last ${title}` }));
  const isOther = present !== '' && !presets.some(({ value }) => value === present);
  const other = isOther ? [{ value: present, text: `Last ${present}` }] : [];
  return [{ value: '', text: 'The usual range' }, ...presets, ...other];
}
