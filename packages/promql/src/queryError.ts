import { type ErrorCode, TinyObsError } from '@tinyobs/model';

/** An error about a place in the query text; details carry `line` and `column`, both from 1. */
export function errorAt(
  code: ErrorCode,
  text: string,
  offset: number,
  message: string,
  options: { cause?: unknown } = {},
): TinyObsError {
  const { line, column } = positionAt(text, offset);
  return new TinyObsError(code, `${line}:${column}: parse error: ${message}`, {
    cause: options.cause,
    details: { line, column },
  });
}

export function positionAt(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    line++;
    lineStart = at + 1;
  }
  return { line, column: offset - lineStart + 1 };
}
