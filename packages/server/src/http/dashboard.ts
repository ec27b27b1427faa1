import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { type NextFunction, Router } from 'express';
import { builtFile } from '../builtFile.js';
import { isEmbedPage } from './embedPage.js';
import { pathOf, type Request, type Response } from './exchange.js';
import { setRoute } from './observeRequest.js';
import { setFramedHeaders, setSecurityHeaders } from './securityHeaders.js';
import { staticFiles } from './staticFiles.js';

/** Where the build puts the dashboard: beside the compiled server, in a checkout and in the package. */
const FOLDER = builtFile('web');

/** What shows a single panel, whichever the path names. */
const EMBED_FILE = 'embed.html';

/**
 * Serves the built dashboard. Its own URLs are relative, so the path it is mounted at must end in a slash.
 *
 * @param embedOrigins Gives the origins whose pages may have a panel in a frame.
 */
export function dashboard(embedOrigins: () => readonly string[]): Router {
  const router = Router();
  router.use((request: Request, response: Response, next: NextFunction) => {
    if (!redirectToSlash(request, response)) next();
  });
  router.use((request: Request, _response: Response, next: NextFunction) => {
    if (isEmbedPage(pathOf(request))) request.url = `/${EMBED_FILE}`;
    next();
  });
  router.use(
    staticFiles(FOLDER, (response, path) => {
      setRoute(response, 'dashboard');
      if (basename(path) === EMBED_FILE) {
        setFramedHeaders(response, embedOrigins());
        // Kept, it would be shown where it no longer may be.
        response.setHeader('Cache-Control', 'no-store');
        return;
      }
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
