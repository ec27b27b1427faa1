import { builtIns, interpolate, type Meanings } from '@tinyobs/model/queryVariables';
import { labelValues, queryInstant } from '../api/client.js';
import type { Variable } from '../api/dashboards.js';
import type { Grid, Labels, QueryData } from '../api/types.js';

/** What there is to choose of a variable, given what those before it mean. */
export async function loadOptions(
  variable: Variable,
  meanings: Meanings,
  grid: Grid,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const texts = await loadTexts(variable, meanings, grid, signal);
  if (variable.regex === '') return texts;
  // The expressions of RE2 are loaded with the first variable that has one.
  const { takenValues } = await import('@tinyobs/model/valuePattern');
  return takenValues(variable.regex, texts);
}

async function loadTexts(
  { kind, labelName, selector, values }: Variable,
  meanings: Meanings,
  grid: Grid,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (kind !== 'query' && kind !== 'result') return values;
  const written = interpolate(selector, {
    ...meanings,
    ...builtIns(grid.stepSec, grid.endSec - grid.startSec),
  });
  if (kind === 'result') return seriesTexts((await queryInstant(written, grid.endSec, signal)).data);
  return labelValues(labelName, { matches: written === '' ? [] : [written], span: grid }, signal);
}

/** The series of an answer as Grafana writes them for a regular expression: `up{job="shop"} 1 1700000000000`. */
export function seriesTexts(data: QueryData): readonly string[] {
  if (data.resultType === 'matrix') return [];
  if (data.resultType !== 'vector') return [data.result[1]];
  return data.result.map(
    ({ metric, value: [seconds, value] }) => `${seriesText(metric)} ${value} ${seconds * 1000}`,
  );
}

function seriesText({ __name__: name = '', ...labels }: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return `${name}{${pairs.join(',')}}`;
}
