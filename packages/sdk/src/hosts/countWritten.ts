/** The methods that write a body, whatever their overloads. */
export interface WritableResponse {
  write(...args: never[]): unknown;
  end(...args: never[]): unknown;
}

type Write = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Counts the bytes that are written as the body of a response from now on: its headers need not tell how many,
 * and may tell more than a client waits for.
 * @returns a function that gives the bytes so far.
 */
export function countWritten(response: WritableResponse): () => number {
  let bytes = 0;
  const write = response.write as unknown as Write;
  const end = response.end as unknown as Write;
  const counted: Record<'write' | 'end', Write> = {
    write(...args) {
      bytes += sizeOf(args);
      return write.apply(this, args);
    },
    end(...args) {
      const before = bytes;
      const result = end.apply(this, args);
      // In HTTP/2 the last piece passes through `write`, in HTTP/1 it does not.
      if (bytes === before) bytes += sizeOf(args);
      return result;
    },
  };
  Object.assign(response, counted);
  return () => bytes;
}

/** Of a piece and, if it is a text, its encoding; other arguments are callbacks. */
function sizeOf([piece, encoding]: unknown[]): number {
  if (typeof piece === 'string') {
    return Buffer.byteLength(piece, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
  }
  return piece instanceof Uint8Array ? piece.byteLength : 0;
}
