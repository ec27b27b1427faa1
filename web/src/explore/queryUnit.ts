import type { Unit } from '../chart/units.js';

/**
 * The unit of a query's result, read off the naming convention (`_seconds`, `_bytes`, `_total`); `none` when the
 * text does not settle it. It only decides how numbers are written, never what they are.
 */
export function queryUnit(query: string): Unit {
  const text = query.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g, '""').replace(/\{[^}]*\}/g, '');
  if (/\/|\b(count|group|count_values|stddev|stdvar|changes|resets)\b/.test(text)) return 'none';
  const names = (text.match(/[a-zA-Z_:][a-zA-Z0-9_:]*/g) ?? []).filter((name) => /_/.test(name));
  const isRate = /\b(i?rate)\s*\(/.test(text);
  const units = new Set(names.map((name) => metricUnit(name, isRate)).filter((unit) => unit !== null));
  return units.size === 1 ? [...units][0] : 'none';
}

function metricUnit(name: string, isRate: boolean): Unit | null {
  if (
    /^(histogram_quantile|histogram_\w+|label_replace|label_join|\w+_over_time|group_(left|right))$/.test(
      name,
    )
  ) {
    return null;
  }
  const base = name.replace(/_(bucket|sum)$/, '');
  const isBucket = name.endsWith('_bucket');
  if (isRate && !isBucket) return rateUnit(name);
  if (/(_timestamp|start_time)_seconds$/.test(base)) return 'none';
  if (/_seconds(_total)?$/.test(base)) return 'seconds';
  if (/_bytes(_total)?$/.test(base)) return 'bytes';
  if (/_(ratio|utilization)$/.test(base)) return 'ratio';
  return 'none';
}

function rateUnit(name: string): Unit {
  if (/_bytes_(total|sum)$/.test(name)) return 'bytesPerSecond';
  if (/cpu.*_seconds_total$/.test(name)) return 'ratio';
  if (/_seconds_(total|sum)$/.test(name)) return 'none';
  return /_(total|count)$/.test(name) ? 'perSecond' : 'none';
}
