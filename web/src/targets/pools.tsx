import './pools.css';
import type { PoolCounts } from './targetRows.js';

interface Props {
  readonly pools: readonly PoolCounts[];
  /** '' for all. */
  readonly chosen: string;
  readonly onChoose: (pool: string) => void;
}

const HEALTHS = ['up', 'unknown', 'down'] as const;
const WORDS = { up: 'up', unknown: 'not yet scraped', down: 'down', dropped: 'dropped' } as const;

/** The scrape pools at a glance; choosing one narrows the list to it, choosing it again widens it. */
export function Pools({ pools, chosen, onChoose }: Props) {
  return (
    <ul class="pools" aria-label="Scrape pools">
      {pools.map((counts) => (
        <li key={counts.pool}>
          <button
            type="button"
            class="pool"
            aria-pressed={counts.pool === chosen}
            onClick={() => onChoose(counts.pool === chosen ? '' : counts.pool)}
          >
            <strong title={counts.pool}>{counts.pool}</strong>
            <PoolBar counts={counts} />
            <span class="pool-counts">{wordsOf(counts)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function PoolBar({ counts }: { counts: PoolCounts }) {
  return (
    <span class="pool-bar" aria-hidden="true">
      {HEALTHS.filter((health) => counts[health] > 0).map((health) => (
        <span key={health} data-health={health} style={{ flexGrow: counts[health] }} />
      ))}
    </span>
  );
}

function wordsOf(counts: PoolCounts): string {
  const parts = (['down', 'unknown', 'up', 'dropped'] as const)
    .filter((health) => counts[health] > 0)
    .map((health) => `${counts[health]} ${WORDS[health]}`);
  return parts.length === 0 ? 'no targets' : parts.join(' · ');
}
