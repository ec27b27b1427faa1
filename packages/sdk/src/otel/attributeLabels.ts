import type { Label } from '../snapshot/rows.js';
import type { Attributes } from './metricData.js';

/** Labels of other meanings. */
export type TakenNames = ReadonlySet<string>;

/**
 * Attributes as the labels that a TinyObs server makes of them: what a label name cannot have becomes an underscore,
 * and the values of keys that become one name are joined, in the order of the keys. Empty ones are none.
 */
export function attributeLabels(attributes: Attributes, taken: TakenNames): Label[] {
  const labels = new Map<string, string>();
  // By code units, which is the order of bytes but for keys beyond the Basic Multilingual Plane.
  for (const key of Object.keys(attributes).sort()) {
    const text = attributeText(attributes[key]);
    const name = labelName(key);
    if (name === '' || text === '' || taken.has(name)) continue;
    const before = labels.get(name);
    labels.set(name, before === undefined ? text : `${before};${text}`);
  }
  return [...labels];
}

/** What cannot begin a name gets `key` before it; what begins with two underscores keeps them. */
function labelName(key: string): string {
  const name = key.replace(/[^a-zA-Z0-9_]/gu, '_');
  if (/^[0-9]/.test(name)) return `key_${name}`;
  return /^_(?!_)/.test(name) ? `key${name}` : name;
}

/** Lists are written as JSON with their keys in order, bytes as base64. */
export function attributeText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  if (typeof value === 'number') return numberText(value);
  if (typeof value !== 'object') return String(value);
  return value instanceof Uint8Array ? base64(value) : jsonText(value);
}

function jsonText(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (typeof value === 'object' && !(value instanceof Uint8Array)) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${jsonText(inner)}`).join(',')}}`;
  }
  const isBare = typeof value === 'boolean' || typeof value === 'bigint' || Number.isFinite(value);
  return isBare ? attributeText(value) : JSON.stringify(attributeText(value));
}

/** Whole numbers are written in full. */
function numberText(value: number): string {
  if (Number.isInteger(value)) return String(BigInt(value));
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
