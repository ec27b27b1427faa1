import { cleanWords, unitWords } from './units.js';

/** How names become those of Prometheus, by the words that Prometheus has for it. */
export const TRANSLATION_STRATEGIES = [
  'UnderscoreEscapingWithSuffixes',
  'UnderscoreEscapingWithoutSuffixes',
  'NoUTF8EscapingWithSuffixes',
  'NoTranslation',
] as const;

export type TranslationStrategy = (typeof TRANSLATION_STRATEGIES)[number];

export function escapesNames(strategy: TranslationStrategy): boolean {
  return strategy === 'UnderscoreEscapingWithSuffixes' || strategy === 'UnderscoreEscapingWithoutSuffixes';
}

/** What the name of a metric is made of. */
export interface NamedMetric {
  readonly name: string;
  readonly unit: string;
  /** Of what is counted and only grows the name ends with `_total`, of a gauge in the unit `1` with `_ratio`. */
  readonly kind: 'counter' | 'gauge' | 'other';
}

/**
 * The name of a metric in Prometheus, '' when nothing of it is left.
 *
 * Source: https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/ and what Prometheus'
 * own translation of OTLP does.
 */
export function metricName(metric: NamedMetric, strategy: TranslationStrategy): string {
  switch (strategy) {
    case 'UnderscoreEscapingWithSuffixes':
      return escapedWithSuffixes(metric);
    case 'UnderscoreEscapingWithoutSuffixes':
      return afterDigit(
        metric.name
          .split(/[^a-zA-Z0-9:_]+/)
          .filter(isSomething)
          .join('_'),
      );
    case 'NoUTF8EscapingWithSuffixes':
      return withSuffixes(metric);
    case 'NoTranslation':
      return metric.name;
  }
}

/** The unit as metadata names it. */
export function unitName(unit: string): string {
  const { main, per } = cleanWords(unitWords(unit));
  return [main, per].filter(isSomething).join('_');
}

/** Words between underscores; a suffix that the name has already is not added again. */
function escapedWithSuffixes({ name, unit, kind }: NamedMetric): string {
  let words = name.split(/[^a-zA-Z0-9:]+/).filter(isSomething);
  if (words.length === 0) return '';
  const { main, per } = cleanWords(unitWords(unit));
  const suffixes = [main, per].filter((word) => word !== '' && !words.includes(word));
  words.push(...suffixes);
  const last = lastSuffix(kind, unit);
  if (last !== '') words = [...words.filter((word) => word !== last), last];
  return afterDigit(words.join('_'));
}

function withSuffixes({ name, unit, kind }: NamedMetric): string {
  const last = lastSuffix(kind, unit);
  const { main, per } = unitWords(unit);
  let named = withoutEnd(withoutEnd(name, last), per);
  if (main !== '' && !named.endsWith(main)) named += `_${main}`;
  if (named === '') return '';
  return [named, per, last].filter(isSomething).join('_');
}

function lastSuffix(kind: NamedMetric['kind'], unit: string): string {
  if (kind === 'counter') return 'total';
  return kind === 'gauge' && unit === '1' ? 'ratio' : '';
}

/** Without a suffix and the one character before it, whatever that is. */
function withoutEnd(name: string, suffix: string): string {
  const rest = name.length - suffix.length - 1;
  return suffix !== '' && rest > 0 && name.endsWith(suffix) ? name.slice(0, rest) : name;
}

function afterDigit(name: string): string {
  return /^[0-9]/.test(name) ? `_${name}` : name;
}

function isSomething(text: string): boolean {
  return text !== '';
}
