import type { LabelFilter } from '../../api/promqlText.js';
import { FacetMenu } from './facetMenu.js';

interface Props {
  readonly filters: readonly LabelFilter[];
  readonly onChange: (filters: readonly LabelFilter[]) => void;
}

/** The labels that narrow the metrics, each of which can be taken away, and the way to one more. */
export function FacetLine({ filters, onChange }: Props) {
  return (
    <>
      {filters.map((filter) => (
        <button
          key={filter.label}
          type="button"
          class="facet"
          aria-label={`Remove ${filter.label} = ${filter.value}`}
          onClick={() => onChange(filters.filter((one) => one !== filter))}
        >
          <span class="facet-text">
            {filter.label}={filter.value}
          </span>
          <span aria-hidden="true">×</span>
        </button>
      ))}
      <FacetMenu filters={filters} onAdd={(filter) => onChange([...filters, filter])} />
    </>
  );
}
