import { useMemo } from 'preact/hooks';
import { Heatmap } from '../chart/heatmap.js';
import { hasBuckets, heatmapOf } from '../chart/heatmapData.js';
import { zoomTo } from '../state/zoom.js';
import { queryUnit } from './queryUnit.js';
import { matrixOf } from './rangeData.js';
import type { Results } from './useResults.js';

const HEIGHT_PX = 340;

/** The first answer with buckets, as a heatmap; else what a query must be to give one. */
export function HeatmapView({ results }: { results: Results }) {
  const matrices = results.outcomes.map(matrixOf);
  const row = matrices.findIndex(hasBuckets);
  const query = results.queries[row] ?? '';
  const unit = bucketUnit(query);
  const data = useMemo(
    () => (row < 0 ? null : heatmapOf(matrices[row], results.grid, unit)),
    [results, row, unit],
  );
  if (data === null) return <NoBuckets />;
  const isRate = /\bi?rate\s*\(/.test(query);
  return (
    <>
      <Heatmap
        title={query}
        data={data}
        unit={unit}
        countUnit={isRate ? 'perSecond' : 'none'}
        heightPx={HEIGHT_PX}
        onZoom={zoomTo}
      />
      <p class="note">
        {data.buckets.length} buckets.
        {matrices.length > 1 && ' Of several queries the first that has buckets is drawn.'}
        {!/\b(i?rate|increase|delta)\s*\(/.test(query) &&
          ' Counters are drawn as they are, since their beginning: take their rate or increase to see when it was.'}
      </p>
    </>
  );
}

function NoBuckets() {
  return (
    <div class="blank">
      <p>
        A heatmap needs the buckets of a histogram, each with its bound in the label <code>le</code>:
      </p>
      <p>
        <code>sum by (le) (rate(latency_seconds_bucket[5m]))</code>
      </p>
    </div>
  );
}

/** What the bounds are measured in, which the name of the metric says. */
function bucketUnit(query: string) {
  const metric = /[a-zA-Z_:][a-zA-Z0-9_:]*_bucket\b/.exec(query)?.[0];
  return metric === undefined ? 'none' : queryUnit(metric);
}
