/** What Prometheus calls the units of UCUM. */
const UNIT_WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ d: 'days', h: 'hours', min: 'minutes', s: 'seconds', ms: 'milliseconds', us: 'microseconds' },
    ...{ ns: 'nanoseconds', By: 'bytes', KiBy: 'kibibytes', MiBy: 'mebibytes', GiBy: 'gibibytes' },
    ...{ TiBy: 'tebibytes', kBy: 'kilobytes', KBy: 'kilobytes', MBy: 'megabytes', GBy: 'gigabytes' },
    ...{ TBy: 'terabytes', m: 'meters', V: 'volts', A: 'amperes', J: 'joules', W: 'watts', g: 'grams' },
    ...{ Cel: 'celsius', Hz: 'hertz', 1: '', '%': 'percent' },
  }),
);

const PER_WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ s: 'second', m: 'minute', h: 'hour', d: 'day', w: 'week', mo: 'month', y: 'year' },
  }),
);

/**
 * The name that a TinyObs server gives a metric that it is sent by OTLP: words between underscores, the unit and
 * `total` or `ratio` at the end; '' when nothing is left.
 * Source: https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
 */
export function metricName(name: string, unit: string, kind: 'counter' | 'gauge' | 'other'): string {
  let words = splitWords(name);
  if (words.length === 0) return '';
  words.push(...unitWords(unit).filter((word) => !words.includes(word)));
  const last = kind === 'counter' ? 'total' : kind === 'gauge' && unit === '1' ? 'ratio' : undefined;
  if (last !== undefined) words = [...words.filter((word) => word !== last), last];
  const joined = words.join('_');
  return /^[0-9]/.test(joined) ? `_${joined}` : joined;
}

/** The unit as metadata names it: `bytes_per_second`. */
export function unitName(unit: string): string {
  return unitWords(unit).join('_');
}

/** A unit such as `By/s` as `bytes` and `per_second`; what is in braces says nothing. */
function unitWords(unit: string): string[] {
  const slash = unit.indexOf('/');
  const main = (slash < 0 ? unit : unit.slice(0, slash)).trim();
  const per = slash < 0 ? '' : unit.slice(slash + 1).trim();
  const words = [
    isWordless(main) ? '' : (UNIT_WORDS.get(main) ?? main),
    isWordless(per) ? '' : `per_${PER_WORDS.get(per) ?? per}`,
  ];
  return words.map((word) => splitWords(word).join('_')).filter((word) => word !== '' && word !== 'per');
}

function splitWords(text: string): string[] {
  return text.split(/[^a-zA-Z0-9:]+/).filter((word) => word !== '');
}

function isWordless(part: string): boolean {
  return part === '' || /[{}]/.test(part);
}
