import type { Census } from '../api/operateTypes.js';
import { formatCount } from '../chart/units.js';
import { operateHref } from '../state/route.js';
import { ListCard } from '../ui/listCard.js';
import { RankedList } from '../ui/rankedList.js';
import { type CardinalityRoute, viewOf } from './cardinalityView.js';

interface Props {
  readonly route: CardinalityRoute;
  readonly values: NonNullable<Census['values']>;
  /** Of which there are these values. */
  readonly series: number;
}

/** The values of a label that most series have. */
export function LabelValues({ route, values: { label, count, bySeries }, series: all }: Props) {
  return (
    <ListCard
      title={`Values of ${label}`}
      note={
        <>
          {formatCount(count)} in all ·{' '}
          <a href={operateHref({ ...viewOf(route), label: '' }, route)}>close</a>
        </>
      }
    >
      <RankedList
        label={`Values of ${label}, by series`}
        testId="label-values"
        whole={Math.max(1, all)}
        nothing="No series has this label."
        bars={bySeries.map(({ value, series }) => ({
          id: value,
          name: value === '' ? '(empty)' : value,
          value: series,
          text: formatCount(series),
        }))}
      />
    </ListCard>
  );
}
