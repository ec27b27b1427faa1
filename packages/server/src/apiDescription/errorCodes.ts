import type { ErrorCode } from '@tinyobs/model';
import { accessOf } from '../access/routeAccess.js';
import { statusOf } from '../http/errorTable.js';
import { type ErrorStyle, errorStyleOfPath } from '../http/respond.js';
import type { Operation } from './operation.js';

/** What a text of PromQL can be refused for. */
export const QUERY_TEXT_ERRORS: readonly ErrorCode[] = [
  'query_parse',
  'query_type',
  'query_too_long',
  'query_too_deep',
  'query_timeout',
  'query_canceled',
];

/** What reading from the store can end with. */
export const READ_ERRORS: readonly ErrorCode[] = [
  'query_overload',
  'query_timeout',
  'query_canceled',
  'store_corrupt',
  'store_closed',
];

/** What writing to the store can end with. */
export const WRITE_ERRORS: readonly ErrorCode[] = [
  'store_corrupt',
  'store_closed',
  'store_busy',
  'store_write_failed',
  'store_full',
];

/** What a body can be refused for before anything looks at what it says. */
export const BODY_ERRORS: readonly ErrorCode[] = [
  'malformed_body',
  'body_too_large',
  'unsupported_encoding',
  'store_busy',
];

/** What a row of samples can be refused for, whatever format it came in. */
export const SAMPLE_ERRORS: readonly ErrorCode[] = [
  'invalid_metric_name',
  'invalid_label',
  'invalid_value',
  'invalid_timestamp',
  'sample_too_old',
  'sample_too_new',
  'too_many_labels',
  'label_name_too_long',
  'label_value_too_long',
  'too_many_series',
  'too_many_series_per_metric',
  'too_many_series_per_key',
];

/** Said before a request reaches its route, in the style of the path: `errorStyleOf`. */
const GATE_ERRORS: readonly ErrorCode[] = ['host_refused', 'origin_refused', 'rate_limited'];

/** Said of a request for a route that needs a key. */
export const KEYED_ERRORS: readonly ErrorCode[] = [
  'key_required',
  'key_unknown',
  'key_expired',
  'key_revoked',
  'scope_missing',
  'too_many_failures',
];

/** Said where there is nobody left to hand a request to, whatever its path. */
const END_ERRORS: readonly ErrorCode[] = ['store_closed', 'owner_away', 'engine_ended'];

/** Errors of one status that have one style. */
export interface ErrorAnswer {
  readonly status: number;
  readonly style: ErrorStyle;
  readonly codes: readonly ErrorCode[];
}

/** Every error that the operation can be answered with, by status and style. */
export function errorAnswers(operation: Operation): ErrorAnswer[] {
  const { path, errors } = operation;
  const found = new Map<string, { status: number; style: ErrorStyle; codes: ErrorCode[] }>();
  const add = (style: ErrorStyle, codes: readonly ErrorCode[]): void => {
    for (const code of codes) {
      const status = statusOf(code, style);
      const place = `${status} ${style}`;
      const answer = found.get(place) ?? { status, style, codes: [] };
      if (!answer.codes.includes(code)) answer.codes.push(code);
      found.set(place, answer);
    }
  };
  add(errors.style, errors.codes);
  if (takesForm(operation)) add(errors.style, BODY_ERRORS);
  if (accessOf(path, operation.methods[0]) !== 'open') add(errors.style, KEYED_ERRORS);
  add(errors.style, ['internal']);
  add(errorStyleOfPath(path), GATE_ERRORS);
  add('tinyobs', END_ERRORS);
  // Express says this of paths that it cannot decode.
  if (operation.pathParameters) add('tinyobs', ['invalid_parameter']);
  return [...found.values()].sort((a, b) => a.status - b.status);
}

/** What any route can be answered with. */
export const COMMON_ERRORS: readonly ErrorCode[] = [...GATE_ERRORS, 'internal', ...END_ERRORS];

/** What the route itself refuses. */
export function ownErrors(operation: Operation): ErrorCode[] {
  const codes = [...operation.errors.codes, ...(takesForm(operation) ? BODY_ERRORS : [])];
  return [...new Set(codes)].filter((code) => !COMMON_ERRORS.includes(code));
}

/** Codes by the status they have in a style, in its order. */
export function byStatus(
  codes: readonly ErrorCode[],
  style: ErrorStyle = 'tinyobs',
): { status: number; codes: ErrorCode[] }[] {
  const statuses = [...new Set(codes.map((code) => statusOf(code, style)))].sort((a, b) => a - b);
  return statuses.map((status) => ({
    status,
    codes: codes.filter((code) => statusOf(code, style) === status),
  }));
}

/** Whether the parameters may come in a form, too. */
export function takesForm({ methods, parameters, body }: Operation): boolean {
  const sends = methods.includes('POST') || methods.includes('PUT');
  return sends && parameters !== undefined && body === undefined;
}
