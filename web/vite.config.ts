import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

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
  server: { host: '127.0.0.1', proxy: { '/api': SERVER, '/v1': SERVER, '/docs': SERVER } },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
