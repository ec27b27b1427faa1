import type { Request, Response } from '../http/exchange.js';
import type { ErrorStyle } from '../http/respond.js';

/** One path of the HTTP API. The lists of routes are the only places where paths are written. */
export interface Route {
  readonly methods: readonly ('GET' | 'POST' | 'PUT' | 'DELETE')[];
  /** As Express matches it, below where TinyObs is mounted. */
  readonly path: string;
  readonly errors: ErrorStyle;
  readonly handle: (
    request: Request,
    response: Response,
    pathParameters: PathParameters,
  ) => Promise<void> | void;
}

export type PathParameters = Readonly<Record<string, string>>;
