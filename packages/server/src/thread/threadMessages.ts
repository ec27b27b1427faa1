import { type ErrorCode, type ErrorDetails, TinyObsError } from '@tinyobs/model';
import type { ReadConfig, ReloadReport } from '../config/reloader.js';
import type { ConfigInput } from '../config/schema.js';
import { asTinyObsError } from '../http/respond.js';
import type { TinyObsOptions } from '../options.js';
import type { Outcome } from './calls.js';

/** What a thread is started with. */
export interface ThreadStart {
  readonly options: Omit<TinyObsOptions, 'basePath' | 'logger' | 'now' | 'readConfig' | 'worker' | 'shared'>;
  /** Whether the host can read the configuration again. */
  readonly canRead: boolean;
  /** Where it takes requests: a Unix socket, or a named pipe on Windows. */
  readonly socketPath: string;
  /** Memory of what the listener counts, where it is ours. */
  readonly figures: SharedArrayBuffer | undefined;
}

export interface ReadyMessage {
  readonly type: 'ready';
  readonly paths: readonly string[];
  readonly isKeyRequired: boolean;
}

/** From the host to its thread. */
export type HostMessage =
  | { readonly type: 'close' }
  /** Asks for `reload`, of what the host is asked for where nothing is given. */
  | { readonly type: 'reload'; readonly call: number; readonly input: ConfigInput | undefined }
  | { readonly type: 'config'; readonly call: number; readonly outcome: Outcome<ReadConfig> };

/** From the thread to its host. */
export type ThreadMessage =
  | ReadyMessage
  | { readonly type: 'log'; readonly line: string }
  /** Asks for `readConfig`. */
  | { readonly type: 'read_config'; readonly call: number }
  /** Another configuration is in force. */
  | { readonly type: 'configured'; readonly input: ConfigInput }
  | { readonly type: 'reloaded'; readonly call: number; readonly outcome: Outcome<ReloadReport> }
  | { readonly type: 'closed' }
  | { readonly type: 'failed'; readonly error: SentError };

/** An error on its way from thread to thread, which takes only the text of errors over. */
export interface SentError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
  /** What it came from, for the log. */
  readonly cause?: { readonly message: string; readonly stack?: string };
}

export function sentError(error: unknown): SentError {
  if (error instanceof TinyObsError)
    return { code: error.code, message: error.message, details: error.details };
  const { code, message, details } = asTinyObsError(error);
  const cause = error instanceof Error ? { message: error.message, stack: error.stack } : undefined;
  return { code, message, details, cause: cause ?? { message: String(error) } };
}

export function receivedError({ code, message, details, cause: sent }: SentError): TinyObsError {
  const cause = sent && Object.assign(new Error(sent.message), { stack: sent.stack });
  return new TinyObsError(code, message, { details, cause });
}
