import { ERROR_CODES, type ErrorCode, TinyObsError } from '@tinyobs/model';
import type { KeyAdministration } from './storedKeys.js';

/** The keys of a running server, asked by its URL with a key for `admin`; without one where it needs none. */
export function remoteKeys(url: string, adminKey: string | undefined): KeyAdministration {
  const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const headers = {
      ...(adminKey === undefined ? {} : { Authorization: `Bearer ${adminKey}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    };
    const response = await send(new URL(path, url.endsWith('/') ? url : `${url}/`), {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw errorOf(answer, url, response.status);
    return answer as T;
  };
  return {
    create: (wanted) => ask('POST', 'v1/keys', wanted),
    list: async () =>
      (await ask<{ keys: Awaited<ReturnType<KeyAdministration['list']>> }>('GET', 'v1/keys')).keys,
    revoke: (id) => ask('DELETE', `v1/keys/${encodeURIComponent(id)}`),
  };
}

async function send(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TinyObsError(
      'server_unreachable',
      `no answer from ${url.origin}: ${reason}; is the server running there? With --data-dir keys can be made while it is not`,
      { cause },
    );
  }
}

/** What the server said was wrong, under the same code. */
function errorOf(answer: unknown, url: string, status: number): TinyObsError {
  const { code, message } = (answer ?? {}) as { code?: string; message?: string };
  const known = ERROR_CODES.find((one) => one === code) as ErrorCode | undefined;
  if (known && message) return new TinyObsError(known, message);
  return new TinyObsError(
    'server_unreachable',
    `${url} answered ${status}, not as TinyObs does; check the address`,
  );
}
