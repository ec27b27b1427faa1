import './legend.css';
import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { ChartSeries } from './chartData.js';
import { nameInTime } from './nameInTime.js';
import type { PlotStyle } from './plotOptions.js';
import { seriesToken } from './seriesColour.js';
import { FIGURES, type Figure, statsOf } from './seriesStats.js';
import { roleOf } from './thresholds.js';
import { formatValue } from './units.js';
import { isolate, isShown, toggle, type Visibility } from './visibility.js';

interface Props {
  readonly look: 'list' | 'table';
  readonly series: readonly ChartSeries[];
  readonly slots: readonly number[];
  readonly style: PlotStyle;
  readonly visibility: Visibility;
  readonly onChange: (next: Visibility) => void;
}

interface Item {
  readonly series: ChartSeries;
  readonly slot: number;
}

/**
 * Names with their figures. Choosing one shows it alone, choosing it again shows all; with Ctrl, Cmd or Shift it is
 * shown or hidden beside the others.
 */
export function Legend({ look, series, slots, ...rest }: Props) {
  const items = useMemo(() => itemsOf(series, slots), [series, slots]);
  return look === 'list' ? <List items={items} {...rest} /> : <FigureTable items={items} {...rest} />;
}

/** A series and what it was before are one; what there was only before is there, too. */
function itemsOf(series: readonly ChartSeries[], slots: readonly number[]): readonly Item[] {
  const items = new Map<string, Item>();
  series.forEach((one, place) => {
    if (one.agoSec === 0 || !items.has(one.identity)) {
      items.set(one.identity, { series: one, slot: slots[place] });
    }
  });
  return [...items.values()];
}

interface BodyProps {
  readonly items: readonly Item[];
  readonly style: PlotStyle;
  readonly visibility: Visibility;
  readonly onChange: (next: Visibility) => void;
}

function List({ items, style, visibility, onChange }: BodyProps) {
  return (
    <ul class="legend">
      {items.map((item) => (
        <li key={item.series.identity}>
          <NameButton item={item} visibility={visibility} onChange={onChange}>
            <FigureText item={item} figure="last" style={style} />
          </NameButton>
        </li>
      ))}
    </ul>
  );
}

interface Sort {
  readonly by: Figure | 'name';
  readonly isDescending: boolean;
}

function FigureTable({ items, style, visibility, onChange }: BodyProps) {
  const [sort, setSort] = useState<Sort | null>(null);
  const sorted = useMemo(() => sortItems(items, sort), [items, sort]);
  const heading = (by: Sort['by'], title: string) => {
    const order = sort?.by !== by ? 'none' : sort.isDescending ? 'descending' : 'ascending';
    // A number is first wanted from the top, a name from A.
    const isDescending = order === 'none' ? by !== 'name' : order === 'ascending';
    return (
      <th key={by} scope="col" aria-sort={order} class={by === 'name' ? undefined : 'number'}>
        <button type="button" onClick={() => setSort({ by, isDescending })}>
          {title}
          <span class="sort-mark" aria-hidden="true">
            {order === 'none' ? '' : order === 'descending' ? '↓' : '↑'}
          </span>
        </button>
      </th>
    );
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a long legend is scrolled with the arrow keys
    <section class="legend-frame" aria-label="Legend" tabIndex={0}>
      <table class="legend-table" data-testid="legend">
        <thead>
          <tr>
            {heading('name', 'Series')}
            {FIGURES.map(({ id, title }) => heading(id, title))}
          </tr>
        </thead>
        <tbody>
          {sorted.map((item) => (
            <tr key={item.series.identity}>
              <th scope="row">
                <NameButton item={item} visibility={visibility} onChange={onChange} />
              </th>
              {FIGURES.map(({ id }) => (
                <td key={id} class="number">
                  <FigureText item={item} figure={id} style={style} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface NameButtonProps extends Omit<BodyProps, 'items' | 'style'> {
  readonly item: Item;
  readonly children?: ComponentChildren;
}

function NameButton({ item: { series, slot }, visibility, onChange, children }: NameButtonProps) {
  const { identity } = series;
  const name = nameInTime(series);
  const isOn = isShown(visibility, identity);
  const choose = (event: MouseEvent | KeyboardEvent) => {
    const isBeside = event.ctrlKey || event.metaKey || event.shiftKey;
    onChange(isBeside ? toggle(visibility, identity) : isolate(visibility, identity));
  };
  return (
    <button
      type="button"
      class="legend-item"
      aria-pressed={isOn}
      title={name}
      onClick={choose}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        choose(event);
      }}
    >
      <span class="swatch" style={{ background: `var(${isOn ? seriesToken(slot) : '--line-strong'})` }} />
      <span class="legend-name">{name}</span>
      {children}
    </button>
  );
}

function FigureText({ item, figure, style }: { item: Item; figure: Figure; style: PlotStyle }) {
  const value = item.series.agoSec === 0 ? statsOf(item.series)[figure] : null;
  return (
    <span class="legend-value" data-role={roleOf(value, style.thresholds)}>
      {value === null ? '–' : formatValue(value, style.unit)}
    </span>
  );
}

function sortItems(items: readonly Item[], sort: Sort | null): readonly Item[] {
  if (sort === null) return items;
  const sign = sort.isDescending ? -1 : 1;
  const { by } = sort;
  if (by === 'name') return [...items].sort((a, b) => sign * a.series.name.localeCompare(b.series.name));
  return [...items].sort((a, b) => {
    const [left, right] = [statsOf(a.series)[by], statsOf(b.series)[by]];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * (left - right);
  });
}
