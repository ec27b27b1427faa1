/**
 * A request that did not succeed.
 * `code` is the API's `errorType` (`bad_data`, `execution`, `timeout`, …), `unreachable` when no answer came at
 * all, or `bad_answer` when something answered that is not this API (a proxy's error page, a host app's 404).
 */
export class ApiError extends Error {
  readonly code: string;
  readonly httpStatus: number | null;

  constructor(code: string, message: string, httpStatus: number | null, cause?: unknown) {
    super(message, { cause });
    this.name = 'ApiError';
    this.code = code;
    this.httpStatus = httpStatus;
  }

  /** Whether the server, not the request, is at fault: worth retrying, and worth saying on every screen. */
  get isOutage(): boolean {
    if (this.code === 'unreachable') return true;
    return this.code === 'bad_answer' && this.httpStatus !== null && this.httpStatus >= 500;
  }

  /** Whether another key is what it takes, or any. */
  get isKeyRefusal(): boolean {
    return this.code === 'unauthorized';
  }
}
