import helmet from 'helmet';
import type { Request, Response } from './exchange.js';

export type Header = readonly [name: string, value: string];

/** Headers of every answer. HTTPS-only is for the listener to say, and for a host to say of itself. */
export const SECURITY_HEADERS: readonly Header[] = madeByHelmet([]);

export function setSecurityHeaders(response: Response): void {
  for (const [name, value] of SECURITY_HEADERS) response.setHeader(name, value);
}

/** The same for a page that pages of these origins may have in a frame. */
export function setFramedHeaders(response: Response, origins: readonly string[]): void {
  for (const [name, value] of madeByHelmet(origins)) response.setHeader(name, value);
}

/**
 * What helmet sets, which is the same for all but one page: made once, it costs an answer next to nothing, and is
 * there for answers without a response. Chart and editor libraries set styles from script, which needs inline styles;
 * scripts are our files only.
 */
function madeByHelmet(embedOrigins: readonly string[]): Header[] {
  const isFramed = embedOrigins.length > 0;
  const setHeaders = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: isFramed ? embedOrigins : ["'none'"],
      },
    },
    // It can name no origins.
    frameguard: isFramed ? false : { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    hsts: false,
  });
  const headers: Header[] = [];
  const recorder = {
    setHeader: (name: string, value: string) => headers.push([name, value]),
    removeHeader: () => {},
  };
  setHeaders({} as Request, recorder as unknown as Response, (error) => {
    if (error) throw error;
  });
  return headers;
}
