/** As much of a JSON schema as the description has. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly format?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
}

/** What a value may be, in a few words: `Time`, `integer from 1`, `"auto" or Duration`. */
export function typeText(schema: JsonSchema): string {
  if (schema.$ref !== undefined) return schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
  if (schema.enum) {
    return schema.enum
      .filter((value) => value !== null)
      .map((value) => JSON.stringify(value))
      .join(' or ');
  }
  if (schema.anyOf) return schema.anyOf.filter(isNotNull).map(typeText).join(' or ');
  const [type] = [schema.type ?? 'any'].flat();
  if (type === 'array') return `list of ${typeText(schema.items ?? {})}`;
  if (type === 'object' && typeof schema.additionalProperties === 'object') {
    return `${typeText(schema.additionalProperties)} by name`;
  }
  return `${schema.format ?? type}${rangeText(schema)}`;
}

/** A field of a body, under the path that leads to it. */
export interface Field {
  readonly name: string;
  readonly type: string;
  readonly about: string;
  readonly isRequired: boolean;
}

/** The fields of an object and of the objects in it. */
export function fieldsOf({ properties = {}, required = [] }: JsonSchema, prefix = ''): Field[] {
  return Object.entries(properties).flatMap(([key, schema]) => {
    const isList = schema.type === 'array' && schema.items?.properties !== undefined;
    const inner = isList ? schema.items : schema;
    const name = `${prefix}${key}${isList ? '[]' : ''}`;
    const below = inner?.properties ? fieldsOf(inner, `${name}.`) : [];
    const field: Field = {
      name,
      type: below.length > 0 ? (isList ? 'list' : 'object') : typeText(schema),
      about: schema.description ?? inner?.description ?? '',
      isRequired: required.includes(key),
    };
    return [field, ...below];
  });
}

function isNotNull({ type }: JsonSchema): boolean {
  return type !== 'null';
}

/** Safe integers are bounds of JSON itself, not of ours. */
function rangeText({ minimum, maximum }: JsonSchema): string {
  const from = minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? '' : ` from ${minimum}`;
  const to = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? '' : ` to ${maximum}`;
  return from + to;
}
