import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { gunzipSync, gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { describe, expect, it } from 'vitest';

const CORE = join(import.meta.dirname, 'core.ts');
const GZIPPED_BYTES_MAX = 15 * 1_024;

/** What a bundler makes of an entry that exports `names` of the core, for a page. */
async function bundle(names: string): Promise<string> {
  const entry = 'entry.js';
  const build = await rolldown({
    input: entry,
    platform: 'browser',
    // A module of Node would stay an import.
    external: /^node:/,
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) => (id === entry ? `export { ${names} } from ${JSON.stringify(CORE)};` : undefined),
      },
    ],
  });
  const { output } = await build.generate({ format: 'iife', name: 'tinyobs', minify: true });
  await build.close();
  expect(output.map(({ fileName }) => fileName)).toEqual(['entry.js']);
  return output[0].code;
}

describe('the core in a bundle', () => {
  it('is small', async () => {
    expect(gzipSync(await bundle('createClient')).length).toBeLessThan(GZIPPED_BYTES_MAX);
  });

  it('leaves out what is not used', async () => {
    expect((await bundle('linearBuckets')).length).toBeLessThan(1_024);
  });

  it('needs nothing of Node', async () => {
    const code = await bundle('createClient');
    expect(code).not.toContain('node:');
    const sent: { url: string; body: string }[] = [];
    // What browsers have, and nothing more.
    const page: Record<string, unknown> = {
      ...{ URL, AbortController, AbortSignal, TextDecoder, Response, CompressionStream },
      ...{ setTimeout, clearTimeout, performance, console },
      fetch: async (url: URL, { body }: { body: Uint8Array }) => {
        sent.push({ url: String(url), body: gunzipSync(body).toString() });
        return new Response('{}');
      },
    };
    runInNewContext(`${code};globalThis.createClient = tinyobs.createClient;`, page);
    const createClient = page['createClient'] as typeof import('./core.js').createClient;
    const client = createClient({ endpoint: 'http://page.test/obs', service: 'page', instance: 'tab' });
    client.counter('clicks_total').inc({ button: 'buy' }, 2);
    expect((await client.close()).result).toBe('ok');
    expect(sent.map(({ url }) => url)).toEqual(Array(2).fill('http://page.test/obs/v1/ingest'));
    expect(sent[0].body).toContain('"value":2,"labels":{"job":"page","instance":"tab","button":"buy"}');
  });
});
