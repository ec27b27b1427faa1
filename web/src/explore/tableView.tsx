import { useMemo } from 'preact/hooks';
import type { ChartData } from '../chart/chartData.js';
import { LabelTable } from '../chart/labelTable.js';
import { instantTable, rangeTable } from '../chart/tableRows.js';
import { formatInstant } from '../chart/timeFormat.js';
import { rowLetter } from '../state/route.js';
import { queryUnit } from './queryUnit.js';
import { commonUnit, isAnswered } from './rangeData.js';
import type { Results } from './useResults.js';

/** The answer of each row at the end of the range as a table, largest values first. */
export function InstantTables({ results }: { results: Results }) {
  return (
    <>
      {results.queries.map((_, row) => (
        <InstantTable key={row} results={results} row={row} />
      ))}
      <p class="note">At {formatInstant(results.grid.endSec)}.</p>
    </>
  );
}

/** All series with what they come down to over the range. */
export function RangeTable({ results, data }: { results: Results; data: ChartData }) {
  const table = useMemo(() => rangeTable(data), [data]);
  return (
    <LabelTable
      caption="Series over the range"
      isCaptionShown={false}
      data={table}
      unit={commonUnit(results.queries)}
      thresholds={[]}
      isExact={false}
    />
  );
}

function InstantTable({ results: { queries, outcomes }, row }: { results: Results; row: number }) {
  const outcome = outcomes[row];
  const data = isAnswered(outcome) ? outcome.answer.data : null;
  const table = useMemo(() => (data === null ? null : instantTable(data)), [data]);
  if (table === null) return null;
  const name = queries.length > 1 ? `${rowLetter(row)}: ${queries[row]}` : queries[row];
  if (table.rows.length === 0) return <p class="blank">The query ran and found no data at this time.</p>;
  return (
    <LabelTable
      caption={name}
      isCaptionShown={queries.length > 1}
      data={table}
      unit={queryUnit(queries[row])}
      thresholds={[]}
      isExact
    />
  );
}
