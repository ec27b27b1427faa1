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

interface Props extends FigureProps {
  readonly onZoom: (startSec: number, endSec: number) => void;
}

/** A number for each series, how it has changed since the range began, and its course. */
export function Stat(props: Props) {
  const { title, data, unit } = props;
  const { readings, hidden } = useReadings(props, 'given');
  const slots = useColourSlots(readings.map(({ series }) => series));
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
  readonly slot: number;
  readonly onTable: () => void;
}

function One({ reading: { series, value, role }, slot, data, unit, onZoom, onTable }: OneProps) {
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
        heightPx={SPARKLINE_PX}
        label={describeChart(series.name, only, unit)}
        onZoom={onZoom}
        onTable={onTable}
      />
    </li>
  );
}
