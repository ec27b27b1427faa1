import type { ComponentChildren } from 'preact';
import { quote } from '../api/promqlText.js';
import { formatCount, formatValue } from '../chart/units.js';
import { route } from '../state/location.js';
import { exploreHref } from '../state/route.js';
import { Ago } from '../ui/ago.js';
import { Badge } from '../ui/badge.js';
import { Icon } from '../ui/icon.js';
import { Problem } from '../ui/problem.js';
import { LabelTable } from './labelTable.js';
import { nameOf, type TargetRow } from './targetRows.js';

const BADGES = {
  up: { tone: 'good', text: 'Up' },
  down: { tone: 'bad', text: 'Down' },
  unknown: { tone: 'plain', text: 'Not yet' },
  dropped: { tone: 'plain', text: 'Dropped' },
} as const;

interface Props {
  readonly row: TargetRow;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

/** A target in a line, with what is wrong with it below; opened, what relabelling made of its labels. */
export function TargetItem({ row, isOpen, onToggle }: Props) {
  const { tone, text } = BADGES[row.health];
  return (
    <li class="target" data-health={row.health}>
      <details open={isOpen} onToggle={(event) => event.currentTarget.open !== isOpen && onToggle()}>
        <summary>
          <span class="target-state">
            <Badge tone={tone}>{text}</Badge>
          </span>
          <span class="target-name">
            <span title={nameOf(row)}>{nameOf(row)}</span>
            <small>{row.scrapePool}</small>
          </span>
          {row.health !== 'dropped' && <Figures row={row} />}
          <Icon name="down" size={16} />
        </summary>
        {isOpen && <Details row={row} />}
      </details>
      {row.health !== 'dropped' && row.lastError !== '' && (
        <Problem text={row.lastError} isMild={row.health === 'up'} />
      )}
    </li>
  );
}

type Scraped = Exclude<TargetRow, { health: 'dropped' }>;

function Figures({ row }: { row: Scraped }) {
  const lastMs = Date.parse(row.lastScrape);
  const isScraped = lastMs > 0;
  return (
    <>
      <Figure name="Last scrape">{isScraped ? <Ago ms={lastMs} /> : 'never'}</Figure>
      <Figure name="Took">{isScraped ? formatValue(row.lastScrapeDuration, 'seconds') : '–'}</Figure>
      <Figure name="Samples">{row.samples === null ? '–' : formatCount(row.samples)}</Figure>
    </>
  );
}

function Figure({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <span class="target-figure">
      <small>{name}</small> {children}
    </span>
  );
}

function Details({ row }: { row: TargetRow }) {
  if (row.health === 'dropped') {
    return (
      <div class="target-details">
        <p class="note">A relabelling rule with the action keep or drop left it out. This is what it knew:</p>
        <LabelTable before={row.discoveredLabels} after={{}} />
      </div>
    );
  }
  const { instance = '', job = '' } = row.labels;
  const selector = `{instance=${quote(instance)}, job=${quote(job)}}`;
  return (
    <div class="target-details">
      <p class="note">
        Every {row.scrapeInterval}, given up after {row.scrapeTimeout}.{' '}
        <a href={exploreHref([`up${selector}`], route.value)}>Its state over time</a>,{' '}
        <a href={exploreHref([`scrape_duration_seconds${selector}`], route.value)}>how long scrapes took</a>.
      </p>
      <LabelTable before={row.discoveredLabels} after={row.labels} />
    </div>
  );
}
