import { type Diagnostic, linter } from '@codemirror/lint';
import type { Extension, Text } from '@codemirror/state';
import { ApiError } from '../../api/apiError.js';
import { parseQuery } from '../../api/client.js';
import { parseErrorPosition } from '../../api/errorPosition.js';

/** Typing goes on for shorter than this. */
const PAUSE_MS = 500;

/** Underlines what the server finds wrong with the query, in its words. */
export function promqlCheck(): Extension {
  let asked = new AbortController();
  return linter(
    async ({ state: { doc } }) => {
      asked.abort();
      asked = new AbortController();
      const text = doc.toString();
      if (text.trim() === '') return [];
      try {
        await parseQuery(text, asked.signal);
        return [];
      } catch (error) {
        // Of an older text, or from a server that is away: nothing is known of this one.
        if (!(error instanceof ApiError) || error.httpStatus !== 400) return [];
        return [diagnosticOf(error.message, doc)];
      }
    },
    { delay: PAUSE_MS },
  );
}

function diagnosticOf(message: string, doc: Text): Diagnostic {
  const { position, text } = parseErrorPosition(message, doc.toString());
  if (position === null) return { from: 0, to: doc.length, severity: 'error', message: text };
  const line = doc.line(position.line);
  const from = line.from + position.column - 1;
  const word = /^(?:[\w:.]+|\S|$)/.exec(line.text.slice(position.column - 1))?.[0] ?? '';
  return { from, to: from + word.length, severity: 'error', message: text };
}
