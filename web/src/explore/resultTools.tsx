import { isStacked } from '../chart/plotOptions.js';
import { navigate } from '../state/location.js';
import type { ResultLook } from '../state/resultLook.js';
import type { ExploreRoute } from '../state/route.js';
import { Segmented } from '../ui/segmented.js';
import { Select } from '../ui/select.js';

const KINDS = [
  { value: 'line', text: 'Line' },
  { value: 'area', text: 'Area' },
  { value: 'stacked', text: 'Stacked' },
  { value: 'bars', text: 'Bars' },
] as const;
const COMPARISONS = [
  { value: 'none', text: 'Nothing' },
  { value: 'day', text: 'A day before' },
  { value: 'week', text: 'A week before' },
] as const;
const STATS = [
  { value: 'number', text: 'Number' },
  { value: 'gauge', text: 'Gauge' },
  { value: 'bars', text: 'Bars' },
] as const;
const TIMES = [
  { value: 'instant', text: 'At the end' },
  { value: 'range', text: 'Over the range' },
] as const;

/** What can be chosen about the open tab; all of it is in the URL. */
export function ResultTools({ route }: { route: ExploreRoute }) {
  const change = (part: Partial<ResultLook>) => navigate({ ...route, ...part });
  return (
    <div class="result-tools">
      {route.tab === 'graph' && <GraphTools look={route} change={change} />}
      {route.tab === 'stat' && (
        <Segmented
          label="Values as"
          value={route.stat}
          choices={STATS}
          onChoose={(stat) => change({ stat })}
        />
      )}
      {(route.tab === 'table' || route.tab === 'raw') && (
        <Segmented
          label="Evaluated"
          value={route.isOverTime ? 'range' : 'instant'}
          choices={TIMES}
          onChoose={(time) => change({ isOverTime: time === 'range' })}
        />
      )}
    </div>
  );
}

interface GraphToolsProps {
  readonly look: ResultLook;
  readonly change: (part: Partial<ResultLook>) => void;
}

function GraphTools({ look, change }: GraphToolsProps) {
  return (
    <>
      <Segmented label="Drawn as" value={look.kind} choices={KINDS} onChoose={(kind) => change({ kind })} />
      <label class="check">
        <input
          type="checkbox"
          data-testid="log-toggle"
          disabled={isStacked(look)}
          checked={look.isLog}
          onChange={() => change({ isLog: !look.isLog })}
        />
        Log scale
      </label>
      <label class="check">
        <input
          type="checkbox"
          data-testid="exemplars-toggle"
          checked={look.showsExemplars}
          onChange={() => change({ showsExemplars: !look.showsExemplars })}
        />
        Exemplars
      </label>
      <Select
        label="Compare with"
        value={look.compare}
        choices={COMPARISONS}
        onChoose={(compare) => change({ compare })}
      />
    </>
  );
}
