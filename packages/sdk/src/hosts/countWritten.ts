import { ServerResponse } from 'node:http';
import { Attached } from './attached.js';
import { ownPrototype } from './ownPrototype.js';

/** The methods that write a body, whatever their overloads. */
export interface WritableResponse {
  write(...args: never[]): unknown;
  end(...args: never[]): unknown;
}

/** What was written as the body of a response. */
export interface Written {
  bytes: number;
  /** Who has it: each once. */
  readonly readers: object[];
}

type Write = (this: CountingResponse, ...args: unknown[]) => unknown;

interface WriteMethods {
  write: Write;
  end: Write;
}

/** The methods that the counting ones were put in the place of, where these are not Node's. */
const UNCOUNTED = Symbol('tinyobs.uncounted');

type CountingResponse = WriteMethods & { [UNCOUNTED]?: WriteMethods };

const NODE = ServerResponse.prototype as unknown as WriteMethods;

const counts = new Attached<Written>(ServerResponse.prototype);

/**
 * Counts the bytes that are written as the body of a response from now on: its headers need not tell how many,
 * and may tell more than a client waits for.
 * @returns what grows as they are written; undefined where the reader has it already.
 */
export function countWritten(response: WritableResponse, reader: object): Written | undefined {
  const known = counts.get(response);
  if (known) {
    if (known.readers.includes(reader)) return undefined;
    known.readers.push(reader);
    return known;
  }
  const written = { bytes: 0, readers: [reader] };
  counts.set(response, written);
  if (!(UNCOUNTED in response)) {
    const counting = ownPrototype(response, ServerResponse.prototype) as unknown as CountingResponse;
    const { write, end } = counting;
    const isOfNode = write === NODE.write && end === NODE.end;
    // A response that is as Node made it has no property more than it must: each costs.
    if (!isOfNode || counting !== (response as unknown)) counting[UNCOUNTED] = { write, end };
    counting.write = countedWrite;
    counting.end = countedEnd;
  }
  return written;
}

const countedWrite: Write = function (...args) {
  const written = counts.get(this);
  if (written) written.bytes += sizeOf(args[0], args[1]);
  return (this[UNCOUNTED] ?? NODE).write.apply(this, args);
};

const countedEnd: Write = function (...args) {
  const written = counts.get(this);
  const before = written?.bytes;
  const result = (this[UNCOUNTED] ?? NODE).end.apply(this, args);
  // In HTTP/2 the last piece passes through `write`, in HTTP/1 it does not.
  if (written && written.bytes === before) written.bytes += sizeOf(args[0], args[1]);
  return result;
};

/** Of a piece and, if it is a text, its encoding; other arguments are callbacks. */
function sizeOf(piece: unknown, encoding: unknown): number {
  if (typeof piece === 'string') {
    return Buffer.byteLength(piece, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
  }
  return piece instanceof Uint8Array ? piece.byteLength : 0;
}
