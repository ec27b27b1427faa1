import './ageChart.css';
import type { ServerStatus } from '../api/operateTypes.js';
import { formatValue } from '../chart/units.js';
import { ListCard } from '../ui/listCard.js';
import { ageText, TIER_NAMES, titleOfTier } from './tiers.js';

type Ages = ServerStatus['ages'];

/** How many bytes there are of which age, by resolution: each row is a bar of its parts. */
export function AgeChart({ ages }: { ages: Ages }) {
  const totals = ages.map(({ bytes }) => TIER_NAMES.reduce((sum, tier) => sum + bytes[tier], 0));
  const most = Math.max(1, ...totals);
  const shown = TIER_NAMES.filter((tier) => ages.some(({ bytes }) => bytes[tier] > 0));
  return (
    <ListCard title="Bytes by age">
      <ul class="age-legend" aria-hidden="true">
        {shown.map((tier) => (
          <li key={tier} data-tier={tier}>
            {titleOfTier(tier)}
          </li>
        ))}
      </ul>
      <table class="age-chart" data-testid="ages">
        <caption class="sr-only">Bytes by age and resolution</caption>
        <tbody>
          {ages.map(({ belowSeconds, bytes }, place) => (
            <tr key={place}>
              <th scope="row">{nameOf(ages, place, belowSeconds)}</th>
              <td class="age-bars">
                {shown.map((tier) => (
                  <span
                    key={tier}
                    data-tier={tier}
                    style={{ width: `${(100 * bytes[tier]) / most}%` }}
                    title={`${titleOfTier(tier)}: ${formatValue(bytes[tier], 'bytes')}`}
                  />
                ))}
              </td>
              <td class="age-total">{totals[place] === 0 ? '–' : formatValue(totals[place], 'bytes')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ListCard>
  );
}

function nameOf(ages: Ages, place: number, belowSeconds: number | undefined): string {
  if (belowSeconds !== undefined) return `younger than ${ageText(belowSeconds)}`;
  const from = ages[place - 1]?.belowSeconds;
  return from === undefined ? 'of any age' : `older than ${ageText(from)}`;
}
