import type { Labels, MatrixSeries } from '../api/types.js';
import { alignSeries, type ChartData, seriesName } from '../chart/chartData.js';
import type { Unit } from '../chart/units.js';
import { rowLetter } from '../state/route.js';
import { queryUnit } from './queryUnit.js';
import type { Outcome, Results } from './useResults.js';

/** Series drawn at once: more cannot be told apart. */
const SERIES_MAX = 100;

/** The range answers of all rows on one grid, and what they are compared with. */
export function rangeData({ queries, outcomes, grid, agoSec }: Results): ChartData {
  const parts = outcomes.map((outcome, row) => ({
    matrix: matrixOf(outcome),
    name: (labels: Labels) => nameOf(queries, row, labels),
    earlier: agoSec === 0 || !isAnswered(outcome) ? undefined : { matrix: outcome.earlier, agoSec },
  }));
  return alignSeries(parts, grid, SERIES_MAX);
}

/** A row's range answer, none where it has none. */
export function matrixOf(outcome: Outcome): readonly MatrixSeries[] {
  if (!isAnswered(outcome) || outcome.answer.data.resultType !== 'matrix') return [];
  return outcome.answer.data.result;
}

export function isAnswered(outcome: Outcome): outcome is Extract<Outcome, { answer: unknown }> {
  return outcome !== null && 'answer' in outcome;
}

/** What the results are measured in, where all are measured in the same. */
export function commonUnit(queries: readonly string[]): Unit {
  const units = new Set(queries.filter((query) => query.trim() !== '').map(queryUnit));
  return units.size === 1 ? [...units][0] : 'none';
}

/** What a chart of them is called. */
export function resultTitle(queries: readonly string[]): string {
  return queries.filter((query) => query.trim() !== '').join('; ');
}

function nameOf(queries: readonly string[], row: number, labels: Labels): string {
  const prefix = queries.length > 1 ? `${rowLetter(row)} ` : '';
  return prefix + (Object.keys(labels).length === 0 ? queries[row] : seriesName(labels));
}
