import type { ServerStatus } from '../api/operateTypes.js';
import { formatValue } from '../chart/units.js';
import { route } from '../state/location.js';
import { operateHref } from '../state/route.js';
import { ListCard } from '../ui/listCard.js';
import { RankedList } from '../ui/rankedList.js';

const SHOWN_MAX = 10;

/** The metrics that take most room in blocks. */
export function LargestMetrics({ metrics }: { metrics: ServerStatus['metrics'] }) {
  return (
    <ListCard title="Bytes by metric" note="about: blocks are shared, and divided by series">
      <RankedList
        label="Metrics by bytes"
        testId="metrics-by-bytes"
        nothing="Nothing is in blocks yet: what is new stays in memory and the write-ahead log for a while."
        bars={metrics.slice(0, SHOWN_MAX).map(({ metric, bytes }) => ({
          id: metric,
          name: metric,
          value: bytes,
          text: formatValue(bytes, 'bytes'),
          href: operateHref({ screen: 'cardinality', metric, label: '', since: 'hour' }, route.value),
        }))}
      />
    </ListCard>
  );
}
