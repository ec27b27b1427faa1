import type { Panel } from '../api/dashboards.js';
import { leftOut, REPEATS_MAX } from './repeatPanels.js';
import type { ChosenVariable } from './useVariables.js';

interface Props {
  readonly known: readonly ChosenVariable[];
  readonly panels: readonly Panel[];
}

/** What is missing because of variables: their values, or panels past those that are shown of one. */
export function VariableNotes({ known, panels }: Props) {
  const failed = known.filter(({ failure }) => failure !== null);
  const cut = panels.filter((panel) => leftOut(panel, known) > 0);
  return (
    <>
      {failed.map(({ variable, failure }) => (
        <p key={variable.name} class="dash-failure" role="alert">
          The values of “{variable.name}” could not be found: {failure}
        </p>
      ))}
      {cut.map((panel) => (
        <p key={panel.id} class="note" role="status">
          “{panel.title}” is shown for the first {REPEATS_MAX} values of {panel.repeat}, and not for{' '}
          {leftOut(panel, known)} more.
        </p>
      ))}
    </>
  );
}
