import { maxHeaderSize } from 'node:http';
import { TinyObsError } from '@tinyobs/model';
import type { Response } from '../http/exchange.js';
import type { UnreadableCode } from './listenerFigures.js';

/** What Node says of a connection from which it cannot read a request. */
export type ParserError = Error & {
  readonly code?: string;
  readonly reason?: string;
  /** What was read last. */
  readonly rawPacket?: Uint8Array;
};

/** An error for a client, and what it is counted as. */
export interface Unreadable {
  readonly code: UnreadableCode;
  readonly error: TinyObsError;
}

/** What the client is told, undefined where its connection broke: then nobody is there to be told. */
export function unreadable(cause: ParserError): Unreadable | undefined {
  const { code = '', reason, message } = cause;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return withCode(
      'request_timeout',
      'the request took too long to arrive; send it in smaller parts, or raise server.timeouts',
    );
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return withCode(
      'headers_too_large',
      `URL and headers are longer than ${maxHeaderSize} bytes; send a query by POST, its parameters in the body`,
    );
  }
  if (!code.startsWith('HPE_')) return undefined;
  return withCode('malformed_request', `this cannot be read as HTTP: ${reason ?? message}`);
}

export function withCode(code: UnreadableCode, message: string): Unreadable {
  return { code, error: new TinyObsError(code, message) };
}

/**
 * Calls `answer` when it spoils no answer that is under way: of a request before, it waits for the end; where a part
 * of the answer to this very request has been sent, `cut` is called instead.
 */
export function afterUnderWay(
  underWay: Response | undefined,
  { answer, cut }: { readonly answer: () => void; readonly cut: () => void },
): void {
  if (!underWay || underWay.writableFinished) answer();
  else if (underWay.req.complete) underWay.once('finish', answer);
  else if (underWay.headersSent) cut();
  else answer();
}
