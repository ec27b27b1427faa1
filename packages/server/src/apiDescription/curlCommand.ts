import { accessOf } from '../access/routeAccess.js';
import type { Operation } from './operation.js';

/** Where a server is that was started without options. */
const URL = 'http://127.0.0.1:8080';

/** A command to try the operation with; the key is taken from the variable `KEY`, which may be empty. */
export function curlCommand({ path, methods, curl }: Operation): string {
  const key = accessOf(path, methods[0]) === 'open' ? '' : '-H "Authorization: Bearer $KEY" \\\n  ';
  return `curl -sS ${key}${curl.replace('{url}', URL)}`;
}
