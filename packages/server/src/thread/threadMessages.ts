import { type ErrorCode, type ErrorDetails, TinyObsError } from '@tinyobs/model';
import type { TinyObsOptions } from '../options.js';

/** What a thread is started with. */
export interface ThreadStart {
  readonly options: Omit<TinyObsOptions, 'basePath' | 'logger' | 'now' | 'worker'>;
  /** Where it takes requests: a Unix socket, or a named pipe on Windows. */
  readonly socketPath: string;
  /** Memory of what the listener counts, where it is ours. */
  readonly figures: SharedArrayBuffer | undefined;
}

/** From the thread to its host; from the host to the thread there is only `close`. */
export type ThreadMessage =
  | { readonly type: 'ready'; readonly paths: readonly string[] }
  | { readonly type: 'log'; readonly line: string }
  | { readonly type: 'closed' }
  | { readonly type: 'failed'; readonly error: SentError };

export const CLOSE = 'close';

/** An error on its way from thread to thread, which takes only the text of errors over. */
export interface SentError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
}

export function sentError(error: unknown): SentError {
  if (error instanceof TinyObsError)
    return { code: error.code, message: error.message, details: error.details };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'internal', message, details: {} };
}

export function receivedError({ code, message, details }: SentError): TinyObsError {
  return new TinyObsError(code, message, { details });
}

/**
 * Headers of our own on the way to the thread: whatever a client sends under these names is replaced. They carry
 * what a request between threads cannot have: the URL before the host took the mount off it, and the client.
 */
export const ORIGINAL_URL = 'x-tinyobs-original-url';
export const CLIENT_ADDRESS = 'x-tinyobs-client-address';
