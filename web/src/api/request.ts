import { reportOutage, reportReachable } from '../state/connection.js';
import { key, reportRefusal } from '../state/session.js';
import { ApiError } from './apiError.js';
import type { Answer, Envelope, OwnError } from './types.js';

/** A query the server is still working on after this long is given up; the server has its own, shorter limit. */
const REQUEST_TIMEOUT_MS = 60_000;

/** The address of something of the server, relative to the document so that any mount path works. */
export function serverUrl(path: string): string {
  return new URL(`./${path}`, document.baseURI).href;
}

/**
 * Asks the API of Prometheus' shape.
 * @throws {ApiError} any code
 */
export function get<T>(path: string, params: URLSearchParams, signal: AbortSignal): Promise<Answer<T>> {
  return reported((sentWith) => askPrometheus<T>(`api/v1/${withQuery(path, params)}`, signal, sentWith));
}

/**
 * Asks the API of our own shape.
 * @throws {ApiError} any code
 */
export function getOwn<T>(path: string, params: URLSearchParams, signal: AbortSignal): Promise<T> {
  return askAt(`v1/${withQuery(path, params)}`, { signal });
}

/**
 * Asks for what is at a path of our own; `mark` is a field that answers have, by which they are known to be ours.
 * @throws {ApiError} any code
 */
export function getAt<T>(path: string, signal: AbortSignal, mark = 'status'): Promise<T> {
  return askAt(path, { signal, mark });
}

/**
 * Changes something by the API of our own shape; it is not given up when the page goes on.
 * @throws {ApiError} any code
 */
export function sendOwn<T>(method: Changing['method'], path: string, body?: object): Promise<T> {
  const change = { method, body: body === undefined ? undefined : JSON.stringify(body) };
  return askAt(`v1/${path}`, { signal: new AbortController().signal, change });
}

interface Changing {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  /** JSON, or a form. */
  readonly body: string | URLSearchParams | undefined;
}

function askAt<T>(
  path: string,
  { signal, change, mark = 'status' }: Pick<Sending, 'signal' | 'change'> & { mark?: string },
): Promise<T> {
  return reported(async (sentWith) => {
    const response = await fetchOrThrow(serverUrl(path), { ...withTimeout(signal), sentWith, change });
    if (response.status === 204) return undefined as T;
    const body = await parseJson<T & OwnError>(response, mark);
    if (response.ok) return body;
    // The codes are finer than those of Prometheus' shape, where all refusals of keys are one.
    const code = response.status === 401 ? 'unauthorized' : (body.code ?? 'internal');
    throw new ApiError(code, body.message ?? `The server answered ${response.status}.`, response.status);
  });
}

/**
 * Asks for a change, which is answered by no more than that it is done.
 * @throws {ApiError} any code
 */
export function send(
  method: 'POST' | 'DELETE',
  path: string,
  form: URLSearchParams | undefined,
  signal: AbortSignal,
): Promise<void> {
  return reported(async (sentWith) => {
    const response = await fetchOrThrow(serverUrl(path), {
      ...withTimeout(signal),
      ...{ sentWith, change: { method, body: form } },
    });
    if (response.ok) return;
    // Of either shape: a change says no more than its error.
    const body = await parseJson<OwnError & Envelope<never>>(response);
    const code = response.status === 401 ? 'unauthorized' : (body.code ?? 'internal');
    const text = body.message ?? body.error ?? `The server answered ${response.status}.`;
    throw new ApiError(code, text, response.status);
  });
}

/** As `get`, with a key that is only tried. */
export async function getWithKey(path: string, given: string, signal: AbortSignal): Promise<void> {
  await askPrometheus(`api/v1/${path}`, signal, given);
}

interface Sending {
  readonly signal: AbortSignal;
  readonly sentWith: string | null;
  readonly accept?: string;
  /** What is changed; a request without it only reads. */
  readonly change?: Changing;
  /** Whether the signal has aborted because it took too long. */
  readonly isLate?: () => boolean;
}

/** @throws {ApiError} `unreachable` when no answer comes at all */
export async function fetchOrThrow(url: string, sending: Sending): Promise<Response> {
  const { signal, sentWith, accept = 'application/json', change, isLate = () => false } = sending;
  try {
    return await fetch(url, {
      ...{ signal, ...change },
      headers: {
        accept,
        ...(typeof change?.body === 'string' ? { 'content-type': 'application/json' } : {}),
        ...(sentWith === null ? {} : { authorization: `Bearer ${sentWith}` }),
      },
    });
  } catch (error) {
    if (signal.aborted && !isLate()) throw error;
    const text = isLate()
      ? `No answer within ${REQUEST_TIMEOUT_MS / 1000} s.`
      : 'The server does not answer.';
    throw new ApiError('unreachable', text, null, error);
  }
}

/** Runs a request with the present key, and tells the shell how the server is. */
async function reported<T>(ask: (sentWith: string | null) => Promise<T>): Promise<T> {
  const sentWith = key.value;
  try {
    const answer = await ask(sentWith);
    reportReachable();
    return answer;
  } catch (error) {
    if (error instanceof ApiError) {
      if (error.isOutage) reportOutage(error);
      else reportReachable();
      if (error.isKeyRefusal) reportRefusal(sentWith, error.message);
    }
    throw error;
  }
}

async function askPrometheus<T>(
  path: string,
  signal: AbortSignal,
  sentWith: string | null,
): Promise<Answer<T>> {
  const response = await fetchOrThrow(serverUrl(path), { ...withTimeout(signal), sentWith });
  if (response.status === 204) return { data: null as T, notices: [] };
  const envelope = await parseJson<Envelope<T>>(response);
  if (envelope.status === 'success' && envelope.data !== undefined) {
    return { data: envelope.data, notices: [...(envelope.warnings ?? []), ...(envelope.infos ?? [])] };
  }
  const code = envelope.errorType ?? 'internal';
  throw new ApiError(code, envelope.error ?? `The server answered ${response.status}.`, response.status);
}

function withTimeout(signal: AbortSignal): Pick<Sending, 'signal' | 'isLate'> {
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  return { signal: AbortSignal.any([signal, timeout]), isLate: () => timeout.aborted && !signal.aborted };
}

function withQuery(path: string, params: URLSearchParams): string {
  const query = params.toString();
  return query === '' ? path : `${path}?${query}`;
}

async function parseJson<T>(response: Response, mark = 'status'): Promise<T> {
  try {
    const body: unknown = await response.json();
    const isObject = typeof body === 'object' && body !== null;
    if (isObject && ('status' in body || mark in body)) return body as T;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw notThisApi(response, error);
  }
  throw notThisApi(response);
}

function notThisApi(response: Response, cause?: unknown): ApiError {
  const text = `The answer (HTTP ${response.status}) does not come from the TinyObs API.`;
  return new ApiError('bad_answer', text, response.status, cause);
}
