import { readdirSync } from 'node:fs';
import { type NextFunction, Router } from 'express';
import { builtFile } from '../builtFile.js';
import type { Request, Response } from './exchange.js';
import { setRoute } from './observeRequest.js';
import { setSecurityHeaders } from './securityHeaders.js';
import { staticFiles } from './staticFiles.js';

/** Where the build puts the dashboard: beside the compiled server, in a checkout and in the package. */
const FOLDER = builtFile('web');

/** Serves the built dashboard. Its own URLs are relative, so the path it is mounted at must end in a slash. */
export function dashboard(): Router {
  const router = Router();
  router.use((request: Request, response: Response, next: NextFunction) => {
    if (!redirectToSlash(request, response)) next();
  });
  router.use(
    staticFiles(FOLDER, (response, path) => {
      setRoute(response, 'dashboard');
      setSecurityHeaders(response);
      // Vite names what it puts in assets/ by content.
      const fixed = path.includes('/assets/');
      response.setHeader('Cache-Control', fixed ? 'public, max-age=31536000, immutable' : 'no-cache');
    }),
  );
  return router;
}

/** Paths of the dashboard's files, below where TinyObs is mounted. */
export function dashboardPaths(): string[] {
  const names = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' });
  return ['/', ...names.map((name) => `/${name.replaceAll('\\', '/')}`)];
}

/** `/obs` → `/obs/` when the host mounted us at `/obs`. */
function redirectToSlash(request: Request, response: Response): boolean {
  const [path, query] = (request.originalUrl ?? '/').split('?');
  const atRoot = request.url === '/' || request.url?.startsWith('/?');
  if (!atRoot || path.endsWith('/')) return false;
  // Relative, so that a path of two slashes cannot send the browser to another host.
  const lastSegment = path.slice(path.lastIndexOf('/') + 1);
  response.statusCode = 308;
  setSecurityHeaders(response);
  response.setHeader('Location', `./${lastSegment}/${query === undefined ? '' : `?${query}`}`);
  response.end();
  return true;
}
