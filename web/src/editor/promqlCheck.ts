import { type Diagnostic, linter } from '@codemirror/lint';
import type { Extension, Text } from '@codemirror/state';
import type { Meanings } from '@tinyobs/model/queryVariables';
import { ApiError } from '../api/apiError.js';
import { parseQuery } from '../api/client.js';
import { type ErrorPosition, parseErrorPosition } from '../api/errorPosition.js';
import { type RunQuery, runQuery } from './variableText.js';

/** Typing goes on for shorter than this. */
const PAUSE_MS = 500;

/** Underlines what the server finds wrong with the query, in its words; it is asked with variables in their place. */
export function promqlCheck(meanings: Meanings): Extension {
  let asked = new AbortController();
  return linter(
    async ({ state: { doc } }) => {
      asked.abort();
      asked = new AbortController();
      const run = runQuery(doc.toString(), meanings);
      if (run.text.trim() === '') return [];
      try {
        await parseQuery(run.text, asked.signal);
        return [];
      } catch (error) {
        // Of an older text, or from a server that is away: nothing is known of this one.
        if (!(error instanceof ApiError) || error.httpStatus !== 400) return [];
        return [diagnosticOf(error.message, run, doc)];
      }
    },
    { delay: PAUSE_MS },
  );
}

function diagnosticOf(message: string, run: RunQuery, doc: Text): Diagnostic {
  const { position, text } = parseErrorPosition(message, run.text);
  if (position === null) return { from: 0, to: doc.length, severity: 'error', message: text };
  const { from, to } = run.origin(offsetOf(run.text, position));
  const word = /^(?:[\w:.]+|\S|$)/.exec(doc.sliceString(from))?.[0] ?? '';
  return { from, to: Math.max(to, from + word.length), severity: 'error', message: text };
}

function offsetOf(text: string, { line, column }: ErrorPosition): number {
  const before = text.split('\n').slice(0, line - 1);
  return before.reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
}
