import { queryInstant } from '../api/client.js';
import { ingestStatus } from '../api/operate.js';
import type { IngestStatus } from '../api/operateTypes.js';
import type { QueryData } from '../api/types.js';
import { formatCount } from '../chart/units.js';
import { nowMs } from '../state/clock.js';
import { operateHref } from '../state/route.js';
import { useQuery } from '../state/useQuery.js';
import { Icon } from '../ui/icon.js';
import { type CardinalityRoute, viewOf } from './cardinalityView.js';

/** Series in which each metric past a limit counts what was refused. */
const OVERFLOW_QUERY = 'topk(5, {tinyobs_overflow="true"})';

/** Says that new series were refused, and of which metrics; nothing where none were. */
export function Overflow({ route }: { route: CardinalityRoute }) {
  const { data } = useQuery({ subject: 'overflow', variant: '', tick: nowMs.value }, async (signal) => {
    const [status, found] = await Promise.all([
      ingestStatus(signal),
      queryInstant(OVERFLOW_QUERY, nowMs.value / 1000, signal),
    ]);
    return { refused: refusedSeries(status), metrics: metricsOf(found.data) };
  });
  if (data === null || data.refused === 0) return null;
  return (
    <div class="overflow" role="note" data-testid="overflow">
      <Icon name="alert" />
      <p>
        <strong>{formatCount(data.refused)} samples of new series were refused</strong> since the start,
        because a limit of series was reached. Series that were there before go on.
        {data.metrics.length > 0 && ' Most of '}
        {data.metrics.map((metric, place) => (
          <span key={metric}>
            {place > 0 && ', '}
            <a href={operateHref({ ...viewOf(route), metric, label: '' }, route)}>{metric}</a>
          </span>
        ))}
        {data.metrics.length > 0 && '.'}
      </p>
    </div>
  );
}

/** Samples that were refused since their series would be one too many. */
function refusedSeries({ protocols }: IngestStatus): number {
  const counts = protocols.flatMap(({ samples }) => Object.entries(samples.refused));
  return counts.reduce((sum, [code, count]) => sum + (code.startsWith('too_many_series') ? count : 0), 0);
}

function metricsOf(data: QueryData): readonly string[] {
  return data.resultType === 'vector' ? data.result.map(({ metric }) => metric['__name__'] ?? '') : [];
}
