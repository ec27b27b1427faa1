/** 1-based, as the API counts; both lie within the query, or one past its end. */
export interface ErrorPosition {
  readonly line: number;
  readonly column: number;
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
  const text = message.slice(match[0].length);
  const line = Number(match[1]);
  const column = Number(match[2]);
  const lineText = query.split('\n').at(line - 1);
  if (line < 1 || column < 1 || lineText === undefined) return { position: null, text };
  return { position: { line, column: Math.min(column, lineText.length + 1) }, text };
}
