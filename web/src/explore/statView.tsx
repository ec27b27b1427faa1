import { BarList } from '../chart/barList.js';
import type { ChartData } from '../chart/chartData.js';
import { Gauge } from '../chart/gauge.js';
import { Stat } from '../chart/stat.js';
import type { ResultLook } from '../state/resultLook.js';
import { zoomTo } from '../state/zoom.js';
import { commonUnit, resultTitle } from './rangeData.js';
import type { Results } from './useResults.js';

interface Props {
  readonly results: Results;
  readonly data: ChartData;
  readonly look: ResultLook;
}

/** The last value of each series, in one of three ways. */
export function StatView({ results, data, look }: Props) {
  const { queries } = results;
  const props = { title: resultTitle(queries), data, unit: commonUnit(queries), thresholds: [] };
  switch (look.stat) {
    case 'number':
      return <Stat {...props} onZoom={zoomTo} />;
    case 'gauge':
      return <Gauge {...props} />;
    case 'bars':
      return <BarList {...props} />;
  }
}
