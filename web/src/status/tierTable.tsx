import type { ServerStatus } from '../api/operateTypes.js';
import { formatInstant } from '../chart/timeFormat.js';
import { formatValue } from '../chart/units.js';
import { type Column, Table } from '../ui/table.js';
import { ageText, titleOfTier } from './tiers.js';

type Tier = ServerStatus['tiers'][number];

/** Samples and rollups: how much there is of each, of which time, and how long it is kept. */
export function TierTable({ tiers }: { tiers: readonly Tier[] }) {
  return (
    <Table caption="What is kept" columns={COLUMNS} rows={tiers} keyOf={({ tier }) => tier} testId="tiers" />
  );
}

const COLUMNS: readonly Column<Tier>[] = [
  {
    id: 'tier',
    title: 'Resolution',
    order: ({ tier }) => titleOfTier(tier),
    cell: ({ tier }) => <strong>{titleOfTier(tier)}</strong>,
  },
  number('bytes', 'Bytes', 'bytes'),
  number('samples', 'Values', 'none'),
  number('blocks', 'Blocks', 'none'),
  {
    id: 'oldest',
    title: 'From',
    isNumber: true,
    order: ({ oldest }) => timeOf(oldest),
    cell: ({ oldest }) => timeText(oldest),
  },
  {
    id: 'newest',
    title: 'To',
    isNumber: true,
    order: ({ newest }) => timeOf(newest),
    cell: ({ newest }) => timeText(newest),
  },
  {
    id: 'kept',
    title: 'Kept for',
    isNumber: true,
    order: ({ keptSeconds }) => keptSeconds ?? null,
    cell: ({ keptSeconds }) => (keptSeconds === undefined ? 'ever' : ageText(keptSeconds)),
  },
];

function number(id: 'bytes' | 'samples' | 'blocks', title: string, unit: 'bytes' | 'none'): Column<Tier> {
  return {
    id,
    title,
    isNumber: true,
    order: (tier) => tier[id],
    cell: (tier) => formatValue(tier[id], unit),
  };
}

function timeOf(text: string | undefined): number | null {
  return text === undefined ? null : Date.parse(text);
}

function timeText(text: string | undefined): string {
  return text === undefined ? '–' : formatInstant(Date.parse(text) / 1000);
}
