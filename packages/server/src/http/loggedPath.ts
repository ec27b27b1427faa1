import { withoutKeys } from '../access/apiKey.js';

/** Longest path that is told. */
const PATH_LENGTH_MAX = 256;

/** A URL for logs and traces: without the query and keys, in which there may be secrets. Node takes paths of plain characters only. */
export function loggedPath(url: string): string {
  return withoutKeys(url.split('?', 1)[0]).slice(0, PATH_LENGTH_MAX);
}
