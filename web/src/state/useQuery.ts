import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api/apiError.js';

/** The last good data stays beside a later error, so a chart never goes blank because one refresh failed. */
export interface QueryState<T> {
  readonly data: T | null;
  readonly error: ApiError | null;
  readonly isLoading: boolean;
}

export interface QueryRequest {
  /** What the data is about: data of another subject would be wrong here, so a new subject starts empty. */
  readonly subject: string;
  /** How it is asked for; a change replaces the request that is under way. */
  readonly variant: string;
  /** A refresh; ignored while the same request is under way, so that a slow one comes to its end. */
  readonly tick: number;
}

/** Runs `load` for each new request; null loads nothing and keeps what is there. */
export function useQuery<T>(
  request: QueryRequest | null,
  load: (signal: AbortSignal) => Promise<T>,
): QueryState<T> {
  const [state, setState] = useState<QueryState<T> & { subject: string }>({ ...IDLE, subject: '' });
  const flight = useRef<{ id: string; abort: AbortController } | null>(null);
  const id = request === null ? null : `${request.subject}\n${request.variant}`;

  useEffect(() => {
    if (id !== null && flight.current?.id === id) return;
    flight.current?.abort.abort();
    flight.current = null;
    if (request === null || id === null) return;
    const { subject } = request;
    const mine = { id, abort: new AbortController() };
    flight.current = mine;
    const patch = (change: Partial<QueryState<T>>) => {
      if (flight.current !== mine) return;
      if (change.isLoading === false) flight.current = null;
      setState((old) => ({ ...(old.subject === subject ? old : IDLE), subject, ...change }));
    };
    patch({ isLoading: true });
    load(mine.abort.signal).then(
      (data) => patch({ data, error: null, isLoading: false }),
      (error: unknown) => patch({ error: asApiError(error), isLoading: false }),
    );
  }, [id, request?.tick]);
  useEffect(() => () => flight.current?.abort.abort(), []);

  const isCurrent = request === null || state.subject === request.subject;
  return isCurrent ? state : { ...IDLE, isLoading: true };
}

const IDLE = { data: null, error: null, isLoading: false } as const;

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError('internal', error instanceof Error ? error.message : String(error), null, error);
}
