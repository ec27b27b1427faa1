/** What Prometheus calls the units of UCUM. */
const UNIT_WORDS: ReadonlyMap<string, string> = new Map([
  ['d', 'days'],
  ['h', 'hours'],
  ['min', 'minutes'],
  ['s', 'seconds'],
  ['ms', 'milliseconds'],
  ['us', 'microseconds'],
  ['ns', 'nanoseconds'],
  ['By', 'bytes'],
  ['KiBy', 'kibibytes'],
  ['MiBy', 'mebibytes'],
  ['GiBy', 'gibibytes'],
  ['TiBy', 'tebibytes'],
  ['kBy', 'kilobytes'],
  ['KBy', 'kilobytes'],
  ['MBy', 'megabytes'],
  ['GBy', 'gigabytes'],
  ['TBy', 'terabytes'],
  ['m', 'meters'],
  ['V', 'volts'],
  ['A', 'amperes'],
  ['J', 'joules'],
  ['W', 'watts'],
  ['g', 'grams'],
  ['Cel', 'celsius'],
  ['Hz', 'hertz'],
  ['1', ''],
  ['%', 'percent'],
]);

const PER_WORDS: ReadonlyMap<string, string> = new Map([
  ['s', 'second'],
  ['m', 'minute'],
  ['h', 'hour'],
  ['d', 'day'],
  ['w', 'week'],
  ['mo', 'month'],
  ['y', 'year'],
]);

/** A unit in the words that names of metrics end with; '' for what has none. */
export interface UnitWords {
  readonly main: string;
  /** With its `per_`. */
  readonly per: string;
}

const NO_WORDS: UnitWords = { main: '', per: '' };

/** The words of a unit of UCUM such as `By/s`; annotations in braces say nothing. */
export function unitWords(unit: string): UnitWords {
  if (unit === '') return NO_WORDS;
  const slash = unit.indexOf('/');
  const main = (slash < 0 ? unit : unit.slice(0, slash)).trim();
  const per = slash < 0 ? '' : unit.slice(slash + 1).trim();
  return {
    main: isWordless(main) ? '' : (UNIT_WORDS.get(main) ?? main),
    per: isWordless(per) ? '' : `per_${PER_WORDS.get(per) ?? per}`,
  };
}

function isWordless(part: string): boolean {
  return part === '' || /[{}]/.test(part);
}

/** The words with nothing in them but letters, digits, colons and single underscores. */
export function cleanWords({ main, per }: UnitWords): UnitWords {
  return { main: cleanWord(main), per: cleanWord(per) };
}

function cleanWord(word: string): string {
  const clean = word.replace(/[^a-zA-Z0-9:]+/g, '_').replace(/^_|_$/g, '');
  return clean === 'per' ? '' : clean;
}
