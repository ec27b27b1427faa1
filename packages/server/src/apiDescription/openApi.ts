import {
  OpenAPIRegistry,
  OpenApiGeneratorV31,
  type ResponseConfig,
  type RouteConfig,
} from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { accessOf } from '../access/routeAccess.js';
import { VERSION } from '../version.js';
import { curlCommand } from './curlCommand.js';
import { type ErrorAnswer, errorAnswers, takesForm } from './errorCodes.js';
import type { Answer, Method, Operation, OperationGroup, Parameters } from './operation.js';
import { influxError, otlpStatus, prometheusError, rowsError, tinyobsError } from './shapes.js';

export type OpenApiDocument = ReturnType<OpenApiGeneratorV31['generateDocument']>;

const ABOUT =
  'Metrics in, PromQL out. Paths under `/api/v1` are those that Prometheus (or VictoriaMetrics) has, those under `/v1` are of TinyObs.';

const PROTOBUF = 'application/x-protobuf';

const binary = z.string().meta({ contentEncoding: 'binary' });

/** Statuses whose errors may say when to try again. */
const RETRIED = new Set([429, 503, 507]);

/** The description for programs; `x-codeSamples` is where tools that make pages of it look for commands. */
export function openApiDocument(groups: readonly OperationGroup[]): OpenApiDocument {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: 'A key of TinyObs, where keys are in use.',
  });
  registry.registerComponent('securitySchemes', 'password', {
    type: 'http',
    scheme: 'basic',
    description: 'The same key as the password, whatever the name.',
  });
  for (const { name, operations } of groups) {
    for (const operation of operations) {
      for (const method of operation.methods) registry.registerPath(routeConfig(operation, method, name));
    }
  }
  const { webhooks: _none, ...document } = new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'TinyObs',
      version: VERSION,
      description: ABOUT,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    // From where the document is: two steps up from /v1/openapi.json, below whatever path.
    servers: [{ url: '..' }],
    tags: groups.map(({ name, about }) => ({ name, description: about })),
  });
  for (const { operations } of groups) for (const operation of operations) describe(document, operation);
  return document;
}

/** As OpenAPI writes paths. */
export function templateOf({ path }: Pick<Operation, 'path'>): string {
  return path.replace(/[:*](\w+)/g, '{$1}');
}

function routeConfig(operation: Operation, method: Method, group: string): RouteConfig {
  const { id, summary, about, pathParameters, parameters } = operation;
  const isFirst = method === operation.methods[0];
  const hasForm = takesForm(operation) && method !== 'GET';
  const access = accessOf(operation.path, method);
  return {
    method: method.toLowerCase() as Lowercase<Method>,
    path: templateOf(operation),
    operationId: isFirst ? id : `${id}${method[0]}${method.slice(1).toLowerCase()}`,
    tags: [group],
    summary,
    ...(about === undefined ? {} : { description: about }),
    security: access === 'open' ? [] : [{ key: [access] }, { password: [access] }],
    request: {
      ...(pathParameters && { params: objectOf(pathParameters) }),
      ...(parameters && !hasForm && { query: objectOf(parameters) }),
      ...(parameters && hasForm && { body: formBody(parameters) }),
      ...(operation.body && { body: requestBody(operation.body) }),
    },
    responses: responsesOf(operation),
    'x-codeSamples': [{ lang: 'Shell', label: 'curl', source: curlCommand(operation) }],
  };
}

function objectOf(parameters: Parameters) {
  return z.object(
    Object.fromEntries(
      Object.entries(parameters).map(([name, { schema, isRequired }]) => [
        name,
        isRequired ? schema : schema.optional(),
      ]),
    ),
  );
}

function formBody(parameters: Parameters) {
  return {
    description: 'The parameters as a form; they may be in the URL as well.',
    content: { 'application/x-www-form-urlencoded': { schema: objectOf(parameters) } },
  };
}

function requestBody({ about, content, binaryType, example }: NonNullable<Operation['body']>) {
  const media = Object.entries(content).map(([type, schema]) => [
    type,
    { schema, ...(example === undefined ? {} : { example }) },
  ]);
  const others = binaryType === undefined ? {} : { [binaryType]: { schema: binary } };
  return { description: about, required: true, content: { ...Object.fromEntries(media), ...others } };
}

/** Answers and errors by status; where several have the same status, a reader gets one of them. */
function responsesOf(operation: Operation): RouteConfig['responses'] {
  const all = [
    ...operation.answers,
    ...errorAnswers(operation).map((error) => errorAsAnswer(error, operation)),
  ];
  const responses: Record<string, ResponseConfig> = {};
  for (const status of new Set(all.map((answer) => answer.status))) {
    const answers = all.filter((answer) => answer.status === status);
    const headers = Object.assign({}, ...answers.map((answer) => answer.headers ?? {})) as Parameters;
    responses[status] = {
      description: answers.map(({ about }) => about).join(' '),
      ...(Object.keys(headers).length > 0 && { headers: headersOf(headers) }),
      ...contentOf(answers),
    };
  }
  return responses;
}

function headersOf(headers: Parameters) {
  return z.object(
    Object.fromEntries(
      Object.entries(headers).map(([name, { schema, about, isRequired }]) => [
        name,
        (isRequired ? schema : schema.optional()).describe(about),
      ]),
    ),
  );
}

function contentOf(answers: readonly Answer[]): Pick<ResponseConfig, 'content'> {
  const content: Record<string, { schema: z.ZodType; example?: unknown }> = {};
  for (const { type, binaryType, schema, example } of answers) {
    if (type === undefined || schema === undefined) continue;
    if (binaryType !== undefined) content[binaryType] = { schema: binary };
    const before = content[type];
    content[type] = before
      ? { ...before, schema: z.union([before.schema, schema]) }
      : { schema, ...(example === undefined ? {} : { example }) };
  }
  return Object.keys(content).length > 0 ? { content } : {};
}

function errorAsAnswer({ status, style, codes }: ErrorAnswer, { errors }: Operation): Answer {
  const about = `${codes.map((code) => `\`${code}\``).join(', ')}.`;
  const headers: Parameters = {
    ...(RETRIED.has(status) && {
      'Retry-After': {
        schema: z.int(),
        about: 'Seconds after which the same request may succeed.',
        isRequired: false,
      },
    }),
    ...(status === 401 && {
      'WWW-Authenticate': { schema: z.string(), about: 'How a key is sent.', isRequired: true },
    }),
  };
  if (style === 'text') return { status, about, headers, type: 'text/plain', schema: z.string() };
  const type = 'application/json';
  if (style === 'otlp') return { status, about, headers, type, binaryType: PROTOBUF, schema: otlpStatus };
  if (style === 'influx') return { status, about, headers, type, schema: influxError };
  const [first, ...others] = codes;
  const rows = errors.listsRows && style === errors.style ? rowsError : tinyobsError;
  const base = style === 'prometheus' ? prometheusError : rows;
  const schema = z.intersection(base, z.object({ code: z.enum([first, ...others]) }));
  return { status, about, headers, type, schema };
}

/** Adds what the generator has no place for: what a parameter means beside what all of its type are. */
function describe(document: OpenApiDocument, operation: Operation): void {
  const abouts = { ...operation.pathParameters, ...operation.parameters };
  for (const method of operation.methods) {
    const described = document.paths?.[templateOf(operation)]?.[method.toLowerCase() as Lowercase<Method>];
    for (const parameter of described?.parameters ?? []) {
      if ('name' in parameter) parameter.description = abouts[parameter.name].about;
    }
    const body = described?.requestBody;
    if (operation.body || !body || '$ref' in body) continue;
    const form = body.content['application/x-www-form-urlencoded']?.schema;
    if (!form || '$ref' in form) continue;
    for (const [name, field] of Object.entries(form.properties ?? {})) {
      Object.assign(field, { description: abouts[name].about });
    }
  }
}
