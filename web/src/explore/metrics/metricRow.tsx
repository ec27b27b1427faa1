import type { CatalogEntry } from './metricCatalog.js';

interface Props {
  readonly entry: CatalogEntry;
  readonly series: number | null;
  readonly onPick: () => void;
}

/** A metric as the list shows it. */
export function MetricRow({ entry: { name, type, help, unit }, series, onPick }: Props) {
  return (
    <button type="button" class="metric" data-metric={name} onClick={onPick}>
      <span class="metric-name" title={name}>
        {wrappable(name)}
      </span>
      {series !== null && (
        <span class="metric-series">
          {series.toLocaleString('en-US')}
          <span class="sr-only"> series</span>
        </span>
      )}
      <span class="metric-facts">
        <span class={`metric-type type-${type}`}>{type}</span>
        {unit !== '' && <span>{unit}</span>}
        {help !== '' && (
          <span class="metric-help" title={help}>
            {help}
          </span>
        )}
      </span>
    </button>
  );
}

/** Long names break after underscores, not anywhere. */
function wrappable(name: string) {
  return name.split(/(?<=_)/).flatMap((part, place) => (place === 0 ? [part] : [<wbr key={place} />, part]));
}
