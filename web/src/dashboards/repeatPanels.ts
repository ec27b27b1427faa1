import type { Meanings } from '@tinyobs/model/queryVariables';
import type { Panel } from '../api/dashboards.js';
import { COLUMNS, settle } from './layout.js';
import { type ChosenVariable, chosenValues, eachChosen, meaningsOf } from './useVariables.js';

/** At most so many of one panel are shown. */
export const REPEATS_MAX = 50;

/** A panel as it is shown: of one that is repeated, for a single value of its variable. */
export interface ShownPanel {
  /** With an id like that of no other that is shown. */
  readonly panel: Panel;
  /** As it is saved. */
  readonly savedId: string;
  readonly meanings: Meanings;
  readonly values: Readonly<Record<string, readonly string[]>>;
}

/** Panels as they are saved, each once. */
export function panelsOnce(
  panels: readonly Panel[],
  known: readonly ChosenVariable[],
): readonly ShownPanel[] {
  const [meanings, values] = [meaningsOf(known), chosenValues(known)];
  return panels.map((panel) => ({ panel, savedId: panel.id, meanings, values }));
}

/** Panels, those that are repeated as often as there are chosen values of their variable; others make room. */
export function repeatPanels(
  panels: readonly Panel[],
  known: readonly ChosenVariable[],
): readonly ShownPanel[] {
  const once = panelsOnce(panels, known);
  if (panels.every(({ repeat }) => repeat === '')) return once;
  const shown = new Map(once.flatMap((one) => copiesOf(one, known)).map((one) => [one.panel.id, one]));
  const settled = settle([...shown.values()].map(({ panel }) => panel));
  return settled.map((panel) => ({ ...shown.get(panel.id)!, panel }));
}

/** How many of a panel are left out, 0 for nearly all. */
export function leftOut({ repeat }: Panel, known: readonly ChosenVariable[]): number {
  const variable = known.find((one) => one.variable.name === repeat);
  return variable === undefined ? 0 : Math.max(0, eachChosen(variable).length - REPEATS_MAX);
}

function copiesOf(one: ShownPanel, known: readonly ChosenVariable[]): readonly ShownPanel[] {
  const { panel, meanings, values } = one;
  const variable = known.find(({ variable: { name } }) => name === panel.repeat);
  const each = variable === undefined ? [] : eachChosen(variable).slice(0, REPEATS_MAX);
  if (each.length === 0) return [{ ...one, panel: { ...panel, y: rowOf(panel, 0) } }];
  return each.map((value, number) => ({
    panel: { ...panel, id: `${panel.id}:${number}`, ...placeOf(panel, number, each.length) },
    savedId: panel.id,
    meanings: { ...meanings, [panel.repeat]: { values: [value] } },
    values: { ...values, [panel.repeat]: [value] },
  }));
}

/** Beside each other as wide as there is room, or below each other as wide as the panel is. */
function placeOf(panel: Panel, number: number, count: number): Pick<Panel, 'x' | 'y' | 'w'> {
  const { x, w, perRow } = panel;
  if (perRow === 1) return { x, y: rowOf(panel, number), w };
  const columns = Math.min(perRow, count);
  const width = Math.floor(COLUMNS / columns);
  return { x: (number % columns) * width, y: rowOf(panel, Math.floor(number / columns)), w: width };
}

/** Where a line of copies is among all panels, to be settled: behind the one before it, before what lies below. */
function rowOf({ y }: Panel, line: number): number {
  return y * REPEATS_MAX + line;
}
