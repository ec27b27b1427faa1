import type { ComponentChildren } from 'preact';
import { refreshNow } from '../state/clock.js';
import type { QueryState } from '../state/useQuery.js';
import { Button } from './button.js';
import { EmptyState } from './emptyState.js';
import { Skeleton } from './skeleton.js';

interface Props<T> {
  readonly state: QueryState<T>;
  /** What could not be loaded, where it could not: `The targets`. */
  readonly what: string;
  readonly heightPx?: number;
  readonly children: (data: T) => ComponentChildren;
}

/** What was loaded; before, its place; and where it could not be, why. The banner says that the server is away. */
export function LoadState<T>({ state: { data, error }, what, heightPx = 220, children }: Props<T>) {
  if (data !== null) return <>{children(data)}</>;
  if (error === null || error.isOutage) return <Skeleton heightPx={heightPx} />;
  if (error.code === 'scope_missing') {
    return (
      <EmptyState icon="key" title="For administrators">
        <p>{what} can be seen with a key that has the scope “admin”.</p>
      </EmptyState>
    );
  }
  return (
    <EmptyState icon="alert" title={`${what} could not be loaded`} isFault>
      <p>{error.message}</p>
      <Button onClick={refreshNow}>Try again</Button>
    </EmptyState>
  );
}
