import './explainPanel.css';
import { ApiError } from '../../api/apiError.js';
import { measureQuery, parseQuery } from '../../api/client.js';
import type { ExprNode, Grid, QueryStats } from '../../api/types.js';
import { formatValue } from '../../chart/units.js';
import { nowMs } from '../../state/clock.js';
import { useQuery } from '../../state/useQuery.js';
import { Skeleton } from '../../ui/skeleton.js';
import { type ExprPart, exprParts } from './exprParts.js';

interface Explained {
  readonly tree: ExprNode;
  /** Null for a query that was read, but could not be run. */
  readonly measured: { readonly stats: QueryStats; readonly series: number } | null;
}

/** What a query is made of, and what each part of it costs: it is run once more for that, past what is kept of results. */
export function ExplainPanel({ query, grid }: { query: string; grid: Grid }) {
  const request = { subject: query, variant: JSON.stringify(grid), tick: nowMs.value };
  const { data, error } = useQuery(request, (signal) => explain(query, grid, signal));
  return (
    <section class="explain" aria-label="Explanation" data-testid="explain">
      {data !== null && data.measured !== null && <Figures measured={data.measured} />}
      {data !== null && (
        <Parts tree={data.tree} totalSec={data.measured?.stats.timings.innerEvalTime ?? null} />
      )}
      {data === null && error === null && <Skeleton heightPx={96} />}
      {data === null && error !== null && !error.isOutage && (
        <p class="note">There is nothing to explain until the query can be read.</p>
      )}
    </section>
  );
}

async function explain(query: string, grid: Grid, signal: AbortSignal): Promise<Explained> {
  try {
    const { data } = await measureQuery(query, grid, signal);
    const series = data.resultType === 'matrix' || data.resultType === 'vector' ? data.result.length : 1;
    return { tree: data.stats.tree, measured: { stats: data.stats, series } };
  } catch (error) {
    if (!(error instanceof ApiError) || error.isOutage) throw error;
    // Why it does not run is said above; what it is made of can still be shown, unless it cannot even be read.
    return { tree: await parseQuery(query, signal), measured: null };
  }
}

function Figures({ measured: { stats, series } }: { measured: NonNullable<Explained['measured']> }) {
  const { timings, samples } = stats;
  const figures = [
    ['Time', formatValue(timings.execTotalTime, 'seconds')],
    ['of it waiting', formatValue(timings.execQueueTime, 'seconds')],
    ['Series', formatCount(series)],
    ['Samples looked at', formatCount(samples.totalQueryableSamples)],
    ['Most held at once', formatCount(samples.peakSamples)],
  ];
  return (
    <>
      <dl class="explain-figures">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p class="note">Run once more for these figures, without results that were kept.</p>
    </>
  );
}

function Parts({ tree, totalSec }: { tree: ExprNode; totalSec: number | null }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: wide tables are scrolled with the arrow keys
    <section class="explain-frame" aria-label="Parts of the query, as a table" tabIndex={0}>
      <table class="explain-table">
        <caption class="sr-only">Parts of the query, each before what it is made of</caption>
        <thead>
          <tr>
            <th scope="col">Part</th>
            <th scope="col">Kind</th>
            <th scope="col" class="number">
              Time
            </th>
            <th scope="col" class="number">
              Series
            </th>
            <th scope="col" class="number">
              Samples read
            </th>
          </tr>
        </thead>
        <tbody>
          {exprParts(tree).map((part) => (
            <PartRow key={part.path} part={part} totalSec={totalSec} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

const ALONG = 'Evaluated along with what is above it';

function PartRow({
  part: { depth, text, kind, stats },
  totalSec,
}: {
  part: ExprPart;
  totalSec: number | null;
}) {
  const sec = stats?.evalTime;
  const share = sec === undefined || totalSec === null || totalSec === 0 ? 0 : Math.min(1, sec / totalSec);
  return (
    <tr>
      <th scope="row" style={{ '--depth': depth }}>
        <code>{text}</code>
      </th>
      <td class="explain-kind">{kind}</td>
      <td class="number explain-time">
        {share > 0 && <span class="explain-share" style={{ width: `${(share * 100).toFixed(1)}%` }} />}
        <span title={sec === undefined && totalSec !== null ? ALONG : undefined}>
          {sec === undefined ? '–' : formatValue(sec, 'seconds')}
        </span>
      </td>
      <td class="number">{formatCount(stats?.series)}</td>
      <td class="number">{formatCount(stats?.samplesRead)}</td>
    </tr>
  );
}

function formatCount(count: number | undefined): string {
  return count === undefined ? '–' : count.toLocaleString('en-US');
}
