import type { ServerStatus } from '../api/operateTypes.js';
import { formatValue, type Unit } from '../chart/units.js';
import { Card } from '../ui/card.js';
import { Meter } from '../ui/meter.js';

type Limit = ServerStatus['limits'][number];

/** How much of each limit is in use. */
export function LimitList({ limits }: { limits: readonly Limit[] }) {
  const sorted = [...limits].sort((a, b) => partOf(b) - partOf(a));
  return (
    <Card look="limit-list">
      <ul aria-label="Limits" data-testid="limits">
        {sorted.map((one) => (
          <li key={one.limit}>
            <code>{one.limit}</code>
            <Meter label={`${one.limit}: part in use`} used={partOf(one)} />
            <span>
              {formatValue(one.used, unitOf(one))} of {formatValue(one.value, unitOf(one))}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function partOf({ used, value }: Limit): number {
  return value > 0 ? used / value : 0;
}

/** Shares of memory and sizes are bytes; all else is counted. */
function unitOf({ limit }: Limit): Unit {
  return /^memory\.|size$/i.test(limit) ? 'bytes' : 'none';
}
