import type { Census } from '../api/operateTypes.js';
import { formatCount } from '../chart/units.js';
import { navigate } from '../state/location.js';
import { GROWTH_SPANS } from '../state/operateRoute.js';
import { operateHref } from '../state/route.js';
import { Ago } from '../ui/ago.js';
import { ListCard } from '../ui/listCard.js';
import { RankedList } from '../ui/rankedList.js';
import { Segmented } from '../ui/segmented.js';
import { type CardinalityRoute, viewOf } from './cardinalityView.js';

const TITLES = { hour: 'Last hour', day: 'Last day' } as const;

/** The metrics with the most series that are new. */
export function Growth({ route, growth }: { route: CardinalityRoute; growth: Census['growth'] }) {
  const isHour = route.since === 'hour';
  const found = isHour ? growth.byLastHour : growth.byLastDay;
  return (
    <ListCard
      title="New series by metric"
      note={
        <Segmented
          label="New in"
          value={route.since}
          choices={GROWTH_SPANS.map((value) => ({ value, text: TITLES[value] }))}
          onChoose={(since) => navigate({ ...route, since })}
        />
      }
    >
      <RankedList
        label="New series by metric"
        testId="growth"
        nothing={`No series began in the ${isHour ? 'last hour' : 'last day'}.`}
        bars={found.slice(0, 8).map(({ metric, lastHour, lastDay }) => ({
          id: metric,
          name: metric === '' ? '(no name)' : metric,
          value: isHour ? lastHour : lastDay,
          text: `+${formatCount(isHour ? lastHour : lastDay)}`,
          href: operateHref({ ...viewOf(route), metric, label: '' }, route),
        }))}
      />
      <p class="note">
        Counted since the store was opened, <Ago ms={Date.parse(growth.since)} />.
      </p>
    </ListCard>
  );
}
