import './stat.css';
import { useMemo } from 'preact/hooks';
import { changeText } from './change.js';
import type { ChartData } from './chartData.js';
import { ChartFrame } from './chartFrame.js';
import { describeChart } from './describe.js';
import { type FigureProps, HiddenNote, type Reading, useReadings } from './figure.js';
import { LineChart } from './lineChart.js';
import { PLAIN_STYLE } from './plotOptions.js';
import { seriesToken } from './seriesColour.js';
import { firstOf } from './seriesStats.js';
import { formatValue } from './units.js';
import { useColourSlots } from './useColourSlots.js';

const SPARKLINE_PX = 48;
/** Of what stands above the course of a single number. */
const FIGURE_PX = 76;

interface Props extends FigureProps {
  /** Of all there is room for, which the course of a single number fills. */
  readonly heightPx?: number;
  readonly onZoom: (startSec: number, endSec: number) => void;
}

/** A number for each series, how it has changed since the range began, and its course. */
export function Stat(props: Props) {
  const { title, data, unit, heightPx = 0 } = props;
  const { readings, hidden } = useReadings(props, 'given');
  const slots = useColourSlots(readings.map(({ series }) => series));
  const sparklinePx = readings.length === 1 ? Math.max(SPARKLINE_PX, heightPx - FIGURE_PX) : SPARKLINE_PX;
  const legend = readings.map(({ series }, place) => ({
    name: series.name,
    token: seriesToken(slots[place]),
  }));
  return (
    <ChartFrame title={title} data={data} unit={unit} isCompact legend={legend}>
      {(openTable) => (
        <>
          <ul class="stats" data-single={readings.length === 1}>
            {readings.map((reading, place) => (
              <One
                key={reading.series.identity}
                {...props}
                reading={reading}
                sparklinePx={sparklinePx}
                slot={slots[place]}
                onTable={openTable}
              />
            ))}
          </ul>
          <HiddenNote hidden={hidden} />
        </>
      )}
    </ChartFrame>
  );
}

interface OneProps extends Props {
  readonly reading: Reading;
  readonly sparklinePx: number;
  readonly slot: number;
  readonly onTable: () => void;
}

function One(props: OneProps) {
  const { slot, data, unit, sparklinePx, onZoom, onTable } = props;
  const { series, value, role } = props.reading;
  const only: ChartData = useMemo(() => ({ ...data, series: [series], all: [series] }), [data, series]);
  const style = useMemo(
    () => ({ ...PLAIN_STYLE, unit, kind: 'area' as const, isCompact: true, mayCutZero: true }),
    [unit],
  );
  return (
    <li class="stat" data-testid="stat">
      <p class="stat-name" title={series.name}>
        {series.name}
      </p>
      <p class="stat-value" data-role={role}>
        {value === null ? '–' : formatValue(value, unit)}
      </p>
      <p class="stat-change">{changeText(firstOf(series), value, unit)}</p>
      <LineChart
        data={only}
        slots={[slot]}
        style={style}
        heightPx={sparklinePx}
        label={describeChart(series.name, only, unit)}
        onZoom={onZoom}
        onTable={onTable}
      />
    </li>
  );
}
