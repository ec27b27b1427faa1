import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** Shows one panel, whichever the path below `/embed/` names. */
const EMBED_PAGE = fileURLToPath(new URL('embed.html', import.meta.url));

/** What the development server hands on. */
const SERVER = 'http://127.0.0.1:8080';

/**
 * Assets are addressed relative to the document, so the same build works at `/` and under any mount path.
 * The module preload polyfill would be an inline script, which `script-src 'self'` forbids.
 */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  server: {
    host: '127.0.0.1',
    proxy: {
      ...{ '/api': SERVER, '/v1': SERVER, '/docs': SERVER },
      '/embed/': { target: SERVER, bypass: () => '/embed.html' },
    },
  },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: { input: [fileURLToPath(new URL('index.html', import.meta.url)), EMBED_PAGE] },
  },
});
