import type { ApiError } from '../api/apiError.js';
import { parseErrorPosition } from '../api/errorPosition.js';
import { QueryInput } from './queryInput.js';
import type { Outcome } from './useResults.js';

interface Props {
  readonly row: number;
  readonly isOnly: boolean;
  readonly text: string;
  /** The query the outcome belongs to; the text may have moved on. */
  readonly ran: string | null;
  readonly outcome: Outcome;
  readonly onEdit: (text: string) => void;
  readonly onRun: () => void;
  readonly onRemove: () => void;
  readonly onFocus: () => void;
}

/** One query with its letter, and below it what the server said about it. */
export function QueryRow(props: Props) {
  const { row, isOnly, outcome, ran } = props;
  const letter = rowLetter(row);
  return (
    <div class="query-row">
      <div class="query-line" onFocusIn={props.onFocus}>
        {!isOnly && <span class="query-letter">{letter}</span>}
        <QueryInput
          label={`PromQL query ${letter}`}
          text={props.text}
          onEdit={props.onEdit}
          onRun={props.onRun}
        />
        {!isOnly && (
          <button
            type="button"
            class="button quiet"
            aria-label={`Remove query ${letter}`}
            onClick={props.onRemove}
          >
            ✕
          </button>
        )}
      </div>
      {outcome !== null && 'error' in outcome && <QueryError error={outcome.error} query={ran ?? ''} />}
      {outcome !== null &&
        'answer' in outcome &&
        outcome.answer.notices.map((notice) => (
          <p key={notice} class="query-notice">
            {notice}
          </p>
        ))}
    </div>
  );
}

/** A, B, C, … as shown beside queries and in legends. */
export function rowLetter(row: number): string {
  return String.fromCharCode(65 + row);
}

function QueryError({ error, query }: { error: ApiError; query: string }) {
  const { position, text } = parseErrorPosition(error.message, query);
  const line = position === null ? '' : query.split('\n')[position.line - 1];
  return (
    <div class="query-error" data-testid="query-error" data-code={error.code} role="alert">
      <p>
        <span class="error-code">{error.code}</span> {text}
      </p>
      {position !== null && (
        <>
          <p class="error-place">
            line {position.line}, column {position.column}
          </p>
          <pre aria-hidden="true">
            {line}
            {'\n'}
            {' '.repeat(position.column - 1)}^
          </pre>
        </>
      )}
    </div>
  );
}
