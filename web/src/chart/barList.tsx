import './barList.css';
import { ChartFrame } from './chartFrame.js';
import { type FigureProps, HiddenNote, useReadings } from './figure.js';
import { gaugeEnds } from './gaugeEnds.js';
import { formatValue } from './units.js';

/** Series by their value, the highest first, each with a bar to compare it by: shares with the whole. */
export function BarList(props: FigureProps) {
  const { title, data, unit, thresholds } = props;
  const { readings, hidden } = useReadings(props, 'highest');
  const highest = Math.max(...readings.map(({ value }) => Math.abs(value ?? 0)));
  const isShare = unit === 'ratio' || unit === 'percent';
  const longest = isShare ? gaugeEnds({}, { unit, highest, thresholds }).max : highest;
  return (
    <ChartFrame title={title} data={data} unit={unit} isCompact legend={[]}>
      {() => (
        <>
          <ul class="bars">
            {readings.map(({ series, value, role }) => (
              <li key={series.identity} class="bar" data-testid="bar">
                <span class="bar-name" title={series.name}>
                  {series.name}
                </span>
                <span class="bar-value" data-role={role}>
                  {value === null ? '–' : formatValue(value, unit)}
                </span>
                <span class="bar-track" aria-hidden="true">
                  <span
                    class="bar-fill"
                    data-role={role}
                    style={{ width: `${longest === 0 ? 0 : (Math.abs(value ?? 0) / longest) * 100}%` }}
                  />
                </span>
              </li>
            ))}
          </ul>
          <HiddenNote hidden={hidden} />
        </>
      )}
    </ChartFrame>
  );
}
