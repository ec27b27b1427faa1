/** Reads strangers' JSON without trusting its shape: what is not there or is something else is empty. */
export type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectIn(json: Json, name: string): Json {
  const value = json[name];
  return isObject(value) ? value : {};
}

export function objectsIn(json: Json, name: string): readonly Json[] {
  const value = json[name];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function textIn(json: Json, name: string): string {
  const value = json[name];
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** A text of one line, as titles and names are. */
export function lineIn(json: Json, name: string, charactersMax: number): string {
  return oneLine(textIn(json, name), charactersMax);
}

export function oneLine(text: string, charactersMax: number): string {
  return text.replace(/\p{Cc}/gu, ' ').slice(0, charactersMax);
}

export function numberIn(json: Json, name: string): number | undefined {
  const value = json[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
