import { useEffect, useRef, useState } from 'preact/hooks';
import type { PlotArea } from '../chart/plotArea.js';
import { formatInstant } from '../chart/timeFormat.js';
import { formatValue, type Unit } from '../chart/units.js';
import { ExemplarCard } from './exemplarCard.js';
import type { Exemplar } from './exemplars.js';

interface Props {
  readonly exemplars: readonly Exemplar[];
  readonly area: PlotArea;
  readonly unit: Unit;
}

/**
 * Exemplars as dots over the graph: one stop for the Tab key, arrow keys go from dot to dot. Pointing at one or focusing
 * it shows what it is; choosing it keeps that open, to copy from.
 */
export function ExemplarLayer({ exemplars, area, unit }: Props) {
  const layer = useRef<HTMLFieldSetElement>(null);
  const [pointed, setPointed] = useState<string | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [stop, setStop] = useState<string | null>(null);
  useClosing(layer, chosen !== null, () => setChosen(null));
  const drawn = exemplars.filter(({ timeSec }) => timeSec >= area.minSec && timeSec <= area.maxSec);
  const shown = drawn.find(({ key }) => key === (chosen ?? pointed));
  const stopPlace = Math.max(
    0,
    drawn.findIndex(({ key }) => key === stop),
  );

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') setChosen(null);
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0 || !(event.target instanceof HTMLElement) || event.target.dataset['dot'] === undefined)
      return;
    event.preventDefault();
    const next = drawn[Math.min(drawn.length - 1, Math.max(0, stopPlace + step))];
    setStop(next.key);
    setChosen(null);
    layer.current?.querySelector<HTMLElement>(`[data-dot="${drawn.indexOf(next)}"]`)?.focus();
  };

  return (
    <fieldset
      class="exemplars"
      aria-label="Exemplars"
      ref={layer}
      onKeyDown={onKeyDown}
      data-testid="exemplars"
    >
      {drawn.map((one, place) => (
        <button
          key={one.key}
          type="button"
          class="exemplar"
          data-dot={place}
          style={placeOf(one, area)}
          tabIndex={place === stopPlace ? 0 : -1}
          aria-label={`Exemplar ${formatValue(one.value, unit)} at ${formatInstant(one.timeSec)}`}
          aria-expanded={chosen === one.key}
          onPointerEnter={() => setPointed(one.key)}
          onPointerLeave={() => setPointed(null)}
          onFocus={() => {
            setPointed(one.key);
            setStop(one.key);
          }}
          onBlur={() => setPointed(null)}
          onClick={() => setChosen(chosen === one.key ? null : one.key)}
        />
      ))}
      {shown !== undefined && (
        <ExemplarCard
          exemplar={shown}
          unit={unit}
          isOpen={chosen === shown.key}
          at={positionOf(shown, area)}
          area={area}
        />
      )}
    </fieldset>
  );
}

/** In CSS pixels of the stage; what lies outside the axis is drawn at its edge. */
function positionOf({ timeSec, value }: Exemplar, area: PlotArea): { x: number; y: number } {
  const share = (place: number, min: number, max: number) =>
    Math.min(1, Math.max(0, (place - min) / (max - min || 1)));
  return {
    x: area.left + area.width * share(timeSec, area.minSec, area.maxSec),
    y: area.top + area.height * (1 - share(value, area.minValue, area.maxValue)),
  };
}

function placeOf(exemplar: Exemplar, area: PlotArea): { left: string; top: string } {
  const { x, y } = positionOf(exemplar, area);
  return { left: `${x}px`, top: `${y}px` };
}

/** Pressing anywhere else closes what is open. */
function useClosing(
  layer: { readonly current: HTMLElement | null },
  isOpen: boolean,
  close: () => void,
): void {
  useEffect(() => {
    if (!isOpen) return;
    const onPress = (event: PointerEvent) => {
      if (!(event.target instanceof Node) || !layer.current?.contains(event.target)) close();
    };
    document.addEventListener('pointerdown', onPress);
    return () => document.removeEventListener('pointerdown', onPress);
  }, [isOpen]);
}
