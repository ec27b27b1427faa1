import { useEffect, useRef, useState } from 'preact/hooks';
import type { PlotArea } from '../chart/plotArea.js';
import { formatInstant } from '../chart/timeFormat.js';
import { formatValue, type Unit } from '../chart/units.js';
import type { Exemplar } from './exemplars.js';

/** Distance from the dot. */
const GAP_PX = 12;
const WIDTH_PX = 300;

interface Props {
  readonly exemplar: Exemplar;
  readonly unit: Unit;
  /** Stays and can be copied from; else it goes when the pointer or the focus does. */
  readonly isOpen: boolean;
  readonly at: { readonly x: number; readonly y: number };
  readonly area: PlotArea;
}

/** Value, time, labels and series of an exemplar, beside its dot and within the plot. */
export function ExemplarCard({ exemplar, unit, isOpen, at, area }: Props) {
  const { series, labels, value, timeSec } = exemplar;
  const widthPx = Math.min(WIDTH_PX, area.left + area.width);
  const fitsRight = at.x + GAP_PX + widthPx <= area.left + area.width;
  const left = fitsRight ? at.x + GAP_PX : Math.max(0, at.x - GAP_PX - widthPx);
  return (
    <section
      class="exemplar-card"
      aria-label="Exemplar"
      aria-live="polite"
      data-open={isOpen}
      data-testid="exemplar-card"
      style={{ left: `${left}px`, top: `${area.top}px`, width: `${widthPx}px` }}
    >
      <p class="exemplar-head">
        <strong>{formatValue(value, unit)}</strong> <span>{formatInstant(timeSec)}</span>
      </p>
      <dl>
        {Object.entries(labels).map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <CopyableValue key={text} name={name} text={text} isOpen={isOpen} />
          </div>
        ))}
      </dl>
      <p class="exemplar-series">{series}</p>
      {!isOpen && <p class="exemplar-hint">Click or press Enter to copy from it</p>}
    </section>
  );
}

function CopyableValue({ name, text, isOpen }: { name: string; text: string; isOpen: boolean }) {
  const shown = useRef<HTMLElement>(null);
  const [said, setSaid] = useState<string | null>(null);
  useEffect(() => setSaid(null), [isOpen]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('Copied');
    } catch {
      // Browsers let pages write to the clipboard over HTTPS and on this machine only.
      if (shown.current !== null) getSelection()?.selectAllChildren(shown.current);
      setSaid('Selected');
    }
  };
  return (
    <dd>
      <code ref={shown}>{text}</code>
      {isOpen && (
        <button type="button" class="button quiet" aria-label={`Copy ${name}`} onClick={() => void copy()}>
          {said ?? 'Copy'}
        </button>
      )}
    </dd>
  );
}
