import type { Census } from '../api/operateTypes.js';
import { formatValue } from '../chart/units.js';
import { operateHref } from '../state/route.js';
import { BarList } from '../ui/barList.js';
import { ListCard } from '../ui/listCard.js';
import { viewOf } from './allSeries.js';
import type { CardinalityRoute } from './cardinality.js';

interface Props {
  readonly route: CardinalityRoute;
  readonly values: NonNullable<Census['values']>;
}

/** The values of a label that most series have. */
export function LabelValues({ route, values: { label, count, bySeries } }: Props) {
  return (
    <ListCard
      title={`Values of ${label}`}
      note={
        <>
          {formatValue(count, 'none')} in all ·{' '}
          <a href={operateHref({ ...viewOf(route), label: '' }, route)}>close</a>
        </>
      }
    >
      <BarList
        label={`Values of ${label}, by series`}
        testId="label-values"
        nothing="No series has this label."
        bars={bySeries.map(({ value, series }) => ({
          id: value,
          name: value === '' ? '(empty)' : value,
          value: series,
          text: formatValue(series, 'none'),
        }))}
      />
    </ListCard>
  );
}
