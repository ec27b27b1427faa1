import { compareUtf8 } from '@tinyobs/model';

/**
 * The value of an attribute: whole numbers that a double cannot hold are bigints; a list of keys and values is a
 * `KeyValues`, and undefined is no value.
 */
export type AttributeValue =
  | string
  | boolean
  | number
  | bigint
  | Uint8Array
  | readonly AttributeValue[]
  | KeyValues
  | undefined;

export class KeyValues {
  readonly entries: readonly (readonly [key: string, value: AttributeValue])[];

  constructor(entries: readonly (readonly [key: string, value: AttributeValue])[]) {
    this.entries = entries;
  }
}

/** The value of an attribute as that of a label: lists as JSON with their keys in order, bytes as base64. */
export function attributeText(value: AttributeValue): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  return value instanceof Uint8Array ? base64(value) : jsonText(value);
}

function jsonText(value: AttributeValue): string {
  if (value === undefined) return 'null';
  if (value instanceof KeyValues) {
    const ordered = [...value.entries].sort(([a], [b]) => compareUtf8(a, b));
    return `{${ordered.map(([key, inner]) => `${JSON.stringify(key)}:${jsonText(inner)}`).join(',')}}`;
  }
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  const text = attributeText(value);
  const isBare = typeof value === 'bigint' || typeof value === 'boolean' || Number.isFinite(value);
  return isBare ? text : JSON.stringify(text);
}

/** The shortest digits that read back the same, without an exponent from 1e-6 to 1e21. */
function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
