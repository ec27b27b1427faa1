import { readFile } from 'node:fs/promises';
import { builtFile } from '../builtFile.js';
import { pathOf, type Response } from '../http/exchange.js';
import { streamText } from '../http/respond.js';
import { setSecurityHeaders } from '../http/securityHeaders.js';
import type { Route } from './route.js';

/** The description of the API, for people and for programs: files that the build made, the same for every server. */
export function docsRoutes(): Route[] {
  const sendPage = sender('docs/index.html', 'text/html; charset=utf-8');
  const sendDocument = sender('docs/openapi.json', 'application/json');
  return [
    {
      methods: ['GET'],
      path: '/docs',
      errors: 'tinyobs',
      handle: (request, response) => {
        // The page's links are relative to a path without a slash at its end.
        if (!pathOf(request).endsWith('/')) return sendPage(response);
        setSecurityHeaders(response);
        response.statusCode = 308;
        response.setHeader('Location', '../docs');
        response.end();
      },
    },
    {
      methods: ['GET'],
      path: '/v1/openapi.json',
      errors: 'tinyobs',
      handle: (_request, response) => sendDocument(response),
    },
  ];
}

/** Reads the file when it is first asked for. */
function sender(path: string, contentType: string): (response: Response) => Promise<void> {
  let file: Promise<Uint8Array> | undefined;
  return async (response) => {
    file ??= readFile(builtFile(path));
    const bytes = await file;
    response.setHeader('Cache-Control', 'no-cache');
    await streamText(response, contentType, [bytes]);
  };
}
