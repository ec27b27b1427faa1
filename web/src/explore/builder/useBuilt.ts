import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../../api/apiError.js';
import { parseQuery } from '../../api/client.js';
import { parseErrorPosition } from '../../api/errorPosition.js';
import { type BuiltQuery, builtText, NOTHING_BUILT } from './builtQuery.js';
import { type Parsed, parseBuilt } from './parseBuilt.js';

export interface Built {
  /** The choices, or why there are none; null until it is known. */
  readonly parsed: Parsed | null;
  readonly choose: (query: BuiltQuery) => void;
}

/**
 * A text as choices. The text is what counts: it is read again whenever somebody else changed it, and changes itself
 * only when something is chosen.
 */
export function useBuilt(text: string, onEdit: (text: string) => void): Built {
  const [parsed, setParsed] = useState<Parsed | null>(null);
  /** What the choices at hand say, so that the text they made is not read again. */
  const said = useRef<string | null>(null);
  useEffect(() => {
    if (text === said.current) return;
    said.current = text;
    const asked = new AbortController();
    const settle = (found: Parsed) => {
      if (!asked.signal.aborted) setParsed(found);
    };
    setParsed(null);
    read(text, asked.signal).then(settle, (error: unknown) => settle({ reason: String(error) }));
    return () => {
      asked.abort();
    };
  }, [text]);
  const choose = (query: BuiltQuery) => {
    said.current = builtText(query);
    setParsed({ query });
    onEdit(said.current);
  };
  return { parsed, choose };
}

async function read(text: string, signal: AbortSignal): Promise<Parsed> {
  if (text.trim() === '') return { query: NOTHING_BUILT };
  try {
    return parseBuilt(await parseQuery(text, signal));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.isOutage) return { reason: 'anything while the server is away' };
    return { reason: `a query that cannot be read (${parseErrorPosition(error.message, text).text})` };
  }
}
