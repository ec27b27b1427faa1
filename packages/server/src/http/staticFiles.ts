import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import compression from 'compression';
import express, { type NextFunction, type RequestHandler, Router } from 'express';
import { pathOf, type Request, type Response } from './exchange.js';

/**
 * Serves the files of one folder, compressed where the client takes that, and no others: paths that lead out of it, by
 * `..` however it is encoded or by a symbolic link, names that begin with a dot, and what cannot be decoded go on to the
 * next.
 */
export function staticFiles(
  folder: string,
  setHeaders: (response: Response, file: string) => void,
): RequestHandler {
  const files = express.static(folder, {
    index: 'index.html',
    redirect: false,
    dotfiles: 'ignore',
    // A part of a file is of no use to a browser here.
    acceptRanges: false,
    setHeaders,
  });
  const router = Router();
  router.use(async (request: Request, _response: Response, next: NextFunction) => {
    next((await isInside(folder, pathOf(request))) ? undefined : 'router');
  });
  router.use(compression());
  router.use(files);
  return router;
}

/** Whether there is something at the path, and inside the folder once all links are followed. */
async function isInside(folder: string, path: string): Promise<boolean> {
  try {
    const root = await realpath(folder);
    const file = await realpath(join(root, decodeURIComponent(path)));
    return file === root || file.startsWith(root + sep);
  } catch {
    // Nothing there, or no path at all: what is not inside is not found.
    return false;
  }
}
