import { queryInstant, queryRange } from '../api/client.js';
import type { Panel } from '../api/dashboards.js';
import type { Grid, Labels, MatrixSeries, QueryData } from '../api/types.js';
import { alignSeries, type ChartData, seriesName } from '../chart/chartData.js';
import { pointWidth } from '../chart/plotOptions.js';
import type { TableData } from '../chart/tableRows.js';
import { nowMs } from '../state/clock.js';
import { gridFor, type TimeRange } from '../state/timeRange.js';
import { type QueryState, useQuery } from '../state/useQuery.js';
import { joinTables } from './joinTables.js';

/** Lines drawn at once; figures and tables show all. */
const SERIES_MAX = 60;

export type PanelData =
  | {
      readonly kind: 'range';
      readonly matrices: readonly (readonly MatrixSeries[])[];
      readonly chart: ChartData;
      readonly grid: Grid;
    }
  | { readonly kind: 'instant'; readonly table: TableData };

/** A query of a panel: its text and its number, from 0. */
export interface PanelQueryCall {
  readonly text: string;
  readonly number: number;
}

/** Asks the server for what a query answers: at the end of the grid for a table, over it for all else. */
export type RunPanelQuery = (
  query: PanelQueryCall,
  how: { readonly isTable: boolean; readonly grid: Grid },
  signal: AbortSignal,
) => Promise<QueryData>;

/** With the texts as they are. */
export const runText: RunPanelQuery = async ({ text }, { isTable, grid }, signal) =>
  (await (isTable ? queryInstant(text, grid.endSec, signal) : queryRange(text, grid, signal))).data;

/** What a panel that wide is asked over now: graphs of bars have fewer points than others. */
export function panelGrid({ kind, look }: Panel, range: TimeRange, widthPx: number): Grid {
  return gridFor(range, widthPx, nowMs.value, pointWidth(kind === 'graph' ? look : 'line'));
}

interface Asked {
  /** With variables in their place, where the page has them. */
  readonly queries: readonly string[];
  readonly run: RunPanelQuery;
  readonly grid: Grid;
  readonly isVisible: boolean;
}

/** What the queries of a panel answer: at the end of the range for a table, over it for all else. */
export function usePanelData(panel: Panel, { queries, run, grid, isVisible }: Asked): QueryState<PanelData> {
  const isTable = panel.kind === 'table';
  const legends = panel.queries.map(({ legend }) => legend);
  const asked = queries
    .map((text, number) => ({ text, number, legend: legends[number] }))
    .filter(({ text }) => text.trim() !== '');
  const request = {
    subject: JSON.stringify([panel.id, isTable, asked]),
    variant: JSON.stringify([grid.endSec - grid.startSec, grid.stepSec]),
    tick: nowMs.value,
  };
  return useQuery(isVisible && asked.length > 0 ? request : null, async (signal): Promise<PanelData> => {
    const answers = await Promise.all(asked.map((query) => run(query, { isTable, grid }, signal)));
    if (isTable) {
      const titles = asked.map(({ legend }, place) => columnTitle(legend, place, asked.length));
      return { kind: 'instant', table: joinTables(answers, titles) };
    }
    const matrices = answers.map(matrixOf);
    const parts = matrices.map((matrix, place) => ({
      matrix,
      name: (labels: Labels) => legendName(asked[place].legend, labels, panel.title),
    }));
    return { kind: 'range', matrices, chart: alignSeries(parts, grid, SERIES_MAX), grid };
  });
}

/** `{{label}}` in a legend is the value of the label; without a legend all labels are the name. */
export function legendName(legend: string, labels: Labels, title: string): string {
  if (legend !== '')
    return legend.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (_, name: string) => labels[name] ?? '');
  return Object.keys(labels).length === 0 ? title : seriesName(labels);
}

function matrixOf(data: QueryData): readonly MatrixSeries[] {
  return data.resultType === 'matrix' ? data.result : [];
}

function columnTitle(legend: string, place: number, count: number): string {
  if (legend !== '' && !legend.includes('{{')) return legend;
  return count === 1 ? 'Value' : `Value ${String.fromCharCode(65 + place)}`;
}
