import type { ChartSeries } from './chartData.js';
import { COLOUR_COUNT } from './plotOptions.js';
import { formatValue, type Unit } from './units.js';

interface Props {
  readonly series: readonly ChartSeries[];
  readonly slots: readonly number[];
  readonly unit: Unit;
  /** The only series drawn, null when all are. */
  readonly isolated: string | null;
  readonly onIsolate: (key: string | null) => void;
}

/** Names with their last values; choosing one shows it alone, choosing it again shows all. */
export function Legend({ series, slots, unit, isolated, onIsolate }: Props) {
  return (
    <ul class="legend">
      {series.map(({ key, name, last }, index) => (
        <li key={key}>
          <button
            type="button"
            class="legend-item"
            aria-pressed={isolated === key}
            data-dimmed={isolated !== null && isolated !== key}
            title={name}
            onClick={() => onIsolate(isolated === key ? null : key)}
          >
            <span
              class="swatch"
              style={{ background: `var(--series-${(slots[index] % COLOUR_COUNT) + 1})` }}
            />
            <span class="legend-name">{name}</span>
            <span class="legend-value">{last === null ? '–' : formatValue(last, unit)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
