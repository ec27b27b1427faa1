export interface ErrorPosition {
  /** 1-based, as the API counts. */
  readonly line: number;
  readonly column: number;
  /** Offset into the query text, never past its end. */
  readonly offset: number;
}

export interface PositionedError {
  readonly position: ErrorPosition | null;
  /** The message without its position. */
  readonly text: string;
}

const POSITION = /^(?:invalid parameter "query":\s*)?(\d+):(\d+):\s*/;

/** Splits `1:14: parse error: …`, with or without Prometheus's parameter prefix, for the query it is about. */
export function parseErrorPosition(message: string, query: string): PositionedError {
  const match = POSITION.exec(message);
  if (match === null) return { position: null, text: message };
  const line = Number(match[1]);
  const column = Number(match[2]);
  const text = message.slice(match[0].length);
  if (line < 1 || column < 1) return { position: null, text };
  return { position: { line, column, offset: offsetOf(query, line, column) }, text };
}

function offsetOf(query: string, line: number, column: number): number {
  const lines = query.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  return Math.min(before + column - 1, query.length);
}
