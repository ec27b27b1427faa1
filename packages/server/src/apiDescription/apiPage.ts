import type { ErrorCode } from '@tinyobs/model';
import { type Access, accessOf } from '../access/routeAccess.js';
import { curlCommand } from './curlCommand.js';
import { byStatus, ownErrors, takesForm } from './errorCodes.js';
import { type OpenApiDocument, templateOf } from './openApi.js';
import type { Method, Operation, OperationGroup } from './operation.js';
import { type Field, fieldsOf, type JsonSchema, typeText } from './typeText.js';

/** Longest line of an example, which then fits beside the text. */
const EXAMPLE_LINE_MAX = 64;

/** The description as readers get it, before it is Markdown or HTML. */
export interface ApiPage {
  readonly version: string;
  readonly groups: readonly PageGroup[];
  /** What types that parameters have are. */
  readonly types: readonly { readonly name: string; readonly about: string }[];
}

export interface PageGroup {
  readonly name: string;
  readonly about: string;
  readonly anchor: string;
  readonly operations: readonly PageOperation[];
}

export interface PageOperation {
  readonly anchor: string;
  readonly methods: readonly Method[];
  readonly path: string;
  readonly access: Access;
  readonly summary: string;
  readonly about: string | undefined;
  readonly parameters: readonly Field[];
  /** Parameters may come as a form. */
  readonly takesForm: boolean;
  readonly body: PageBody | undefined;
  readonly answers: readonly PageAnswer[];
  /** Beside those that every route has. */
  readonly errors: readonly { readonly status: number; readonly codes: readonly ErrorCode[] }[];
  readonly curl: string;
}

export interface PageBody {
  readonly type: string;
  readonly about: string;
  readonly fields: readonly Field[];
}

export interface PageAnswer {
  readonly status: number;
  readonly about: string;
  readonly type: string | undefined;
  readonly example: string | undefined;
}

export function apiPage(groups: readonly OperationGroup[], document: OpenApiDocument): ApiPage {
  const pages = groups.map(({ name, about, operations }) => ({
    name,
    about,
    anchor: anchorOf(name),
    operations: operations.map((operation) => pageOperation(operation, document)),
  }));
  return { version: document.info.version, groups: pages, types: typesIn(pages, document) };
}

function anchorOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

function pageOperation(operation: Operation, document: OpenApiDocument): PageOperation {
  const { methods, path, summary, about, answers } = operation;
  return {
    anchor: anchorOf(operation.id.replace(/[A-Z]/g, '-$&')),
    methods,
    path: templateOf(operation),
    access: accessOf(path, methods[0]),
    summary,
    about,
    parameters: parametersOf(operation, document),
    takesForm: takesForm(operation),
    body: bodyOf(operation, document),
    answers: answers.map((answer) => ({
      status: answer.status,
      about: answer.about,
      type: answer.type,
      example: exampleText(answer.example),
    })),
    errors: byStatus(ownErrors(operation), operation.errors.style),
    curl: curlCommand(operation),
  };
}

/** As the first method has them, which is one that takes them in the URL where there is any. */
function parametersOf(operation: Operation, document: OpenApiDocument): Field[] {
  const described = describedOperation(operation, document);
  const inUrl = (described?.parameters ?? []).flatMap((parameter) =>
    'name' in parameter
      ? [
          {
            name: parameter.name,
            type: typeText(parameter.schema as JsonSchema),
            about: parameter.description ?? '',
            isRequired: parameter.required === true,
          },
        ]
      : [],
  );
  return operation.body ? inUrl : [...inUrl, ...bodyFields(described)];
}

function bodyOf(operation: Operation, document: OpenApiDocument): PageBody | undefined {
  if (!operation.body) return undefined;
  const { about, content } = operation.body;
  const [type] = Object.keys(content);
  return { type, about, fields: bodyFields(describedOperation(operation, document)) };
}

type DescribedOperation = ReturnType<typeof describedOperation>;

function describedOperation(operation: Operation, document: OpenApiDocument) {
  const [method] = operation.methods;
  return document.paths?.[templateOf(operation)]?.[method.toLowerCase() as Lowercase<Method>];
}

function bodyFields(described: DescribedOperation): Field[] {
  const body = described?.requestBody;
  if (!body || '$ref' in body) return [];
  const [media] = Object.values(body.content);
  return fieldsOf((media.schema ?? {}) as JsonSchema);
}

function exampleText(example: unknown): string | undefined {
  if (example === undefined) return undefined;
  return typeof example === 'string' ? example.trimEnd() : jsonLines(example, '');
}

/** JSON, broken only where a line would be too long. */
function jsonLines(value: unknown, indent: string): string {
  const line = JSON.stringify(value);
  if (indent.length + line.length <= EXAMPLE_LINE_MAX || typeof value !== 'object' || value === null)
    return line;
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const parts = Object.entries(value).map(
    ([key, part]) => `${inner}${isList ? '' : `${JSON.stringify(key)}: `}${jsonLines(part, inner)}`,
  );
  return `${isList ? '[' : '{'}\n${parts.join(',\n')}\n${indent}${isList ? ']' : '}'}`;
}

function typesIn(groups: readonly PageGroup[], document: OpenApiDocument): { name: string; about: string }[] {
  const fields = groups.flatMap(({ operations }) =>
    operations.flatMap(({ parameters, body }) => [...parameters, ...(body?.fields ?? [])]),
  );
  const words = new Set(fields.flatMap(({ type }) => type.split(' ')));
  return Object.entries(document.components?.schemas ?? {})
    .filter(([name]) => words.has(name))
    .map(([name, schema]) => ({ name, about: schema.description ?? '' }));
}
