import type { ConfigEntry } from '../api/operateTypes.js';
import { hasWords } from '../state/hasWords.js';

/** A value as it would be written in a line. */
export function valueText({ value, isSet }: Pick<ConfigEntry, 'value' | 'isSet'>): string {
  if (value === undefined || value === null) return isSet ? '' : '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Whether a key has all words of a text in its name, value, help or origin. */
export function isFound(entry: ConfigEntry, text: string): boolean {
  return hasWords([entry.key, valueText(entry), entry.help, entry.origin ?? ''], text);
}
