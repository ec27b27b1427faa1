import type { ApiError } from '../../api/apiError.js';
import { parseErrorPosition } from '../../api/errorPosition.js';

/** What the server said against a query, and the place it is about. */
export function QueryError({ error, query }: { error: ApiError; query: string }) {
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
