import './gauge.css';
import { ChartFrame } from './chartFrame.js';
import { type FigureProps, HiddenNote, type Reading, useReadings } from './figure.js';
import { gaugeEnds } from './gaugeEnds.js';
import { statsOf } from './seriesStats.js';
import type { Threshold } from './thresholds.js';
import { formatValue } from './units.js';

interface Props extends FigureProps {
  /** What the ends of the arc stand for; without them they are found. */
  readonly min?: number;
  readonly max?: number;
}

/** Three quarters of a circle in a field of 100 × 86, open below. */
const CENTRE = { x: 50, y: 48 };
const RADIUS = 38;
const BAND_RADIUS = 44.5;
const START_DEGREES = 135;
const SWEEP_DEGREES = 270;

/** An arc for each series, filled as far as its value goes, with the thresholds along it. */
export function Gauge(props: Props) {
  const { title, data, unit, thresholds } = props;
  const { readings, hidden } = useReadings(props, 'given');
  const highest = Math.max(...readings.map(({ series }) => statsOf(series).max ?? 0));
  const ends = gaugeEnds({ min: props.min, max: props.max }, { unit, highest, thresholds });
  return (
    <ChartFrame title={title} data={data} unit={unit} isCompact legend={[]}>
      {() => (
        <>
          <ul class="gauges" data-single={readings.length === 1}>
            {readings.map((reading) => (
              <One key={reading.series.identity} reading={reading} ends={ends} {...{ unit, thresholds }} />
            ))}
          </ul>
          <HiddenNote hidden={hidden} />
        </>
      )}
    </ChartFrame>
  );
}

interface OneProps extends Pick<Props, 'unit' | 'thresholds'> {
  readonly reading: Reading;
  readonly ends: { readonly min: number; readonly max: number };
}

function One({ reading: { series, value, role }, ends, unit, thresholds }: OneProps) {
  const text = value === null ? '–' : formatValue(value, unit);
  const share = (at: number) => Math.min(1, Math.max(0, (at - ends.min) / (ends.max - ends.min)));
  return (
    <li class="gauge" data-testid="gauge">
      <div
        class="gauge-dial"
        role="img"
        aria-label={`${series.name}: ${text}, on a scale from ${formatValue(ends.min, unit)} to ${formatValue(ends.max, unit)}`}
      >
        <svg viewBox="0 0 100 86" aria-hidden="true">
          <path class="gauge-track" d={arc(RADIUS, 0, 1)} />
          {value !== null && share(value) > 0 && (
            <path class="gauge-fill" data-role={role} d={arc(RADIUS, 0, share(value))} />
          )}
          {bandsOf(thresholds, ends).map((band) => (
            <path
              key={band.from}
              class="gauge-band"
              data-role={band.role}
              d={arc(BAND_RADIUS, share(band.from), share(band.to))}
            />
          ))}
        </svg>
        <p class="gauge-value" aria-hidden="true" data-role={role}>
          {text}
        </p>
        <p class="gauge-ends" aria-hidden="true">
          <span>{formatValue(ends.min, unit)}</span>
          <span>{formatValue(ends.max, unit)}</span>
        </p>
      </div>
      <p class="gauge-name" title={series.name}>
        {series.name}
      </p>
    </li>
  );
}

/** From each threshold to the next, within the ends. */
function bandsOf(thresholds: readonly Threshold[], { min, max }: OneProps['ends']) {
  const rising = [...thresholds].sort((a, b) => a.from - b.from);
  return rising
    .map(({ from, role }, place) => ({
      role,
      from: Math.max(min, from),
      to: Math.min(max, rising[place + 1]?.from ?? max),
    }))
    .filter(({ from, to }) => from < to);
}

/** An SVG path along the arc, between two shares of it. */
function arc(radius: number, from: number, to: number): string {
  const at = (share: number) => {
    const angle = ((START_DEGREES + SWEEP_DEGREES * share) * Math.PI) / 180;
    const x = CENTRE.x + radius * Math.cos(angle);
    const y = CENTRE.y + radius * Math.sin(angle);
    return `${x.toFixed(2)} ${y.toFixed(2)}`;
  };
  const isLarge = SWEEP_DEGREES * (to - from) > 180 ? 1 : 0;
  return `M${at(from)}A${radius} ${radius} 0 ${isLarge} 1 ${at(to)}`;
}
