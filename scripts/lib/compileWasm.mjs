import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';
import { ROOT } from './run.mjs';

/** Sources in AssemblyScript and the modules that carry what they compile to. */
export const WASM_MODULES = [
  {
    source: 'packages/formats/assembly/knownSeries.ts',
    target: 'packages/formats/src/remoteWrite/knownSeriesWasm.ts',
    constant: 'KNOWN_SERIES_WASM',
  },
];

/** The text of the module that carries the compiled source as base64. */
export async function compileWasm({ source, constant }) {
  const flags = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--use', 'abort='];
  let binary;
  const { error, stderr } = await asc.main(['source.ts', ...flags, '--outFile', 'out.wasm'], {
    readFile: (name) => (name === 'source.ts' ? readFileSync(join(ROOT, source), 'utf8') : null),
    writeFile: (_name, contents) => {
      binary = contents;
    },
    listFiles: () => [],
  });
  if (error) throw new Error(`${source} does not compile:\n${stderr}`);
  const pieces = Buffer.from(binary)
    .toString('base64')
    .match(/.{1,96}/g);
  const lines = pieces.map((piece, i) => `  '${piece}'${i < pieces.length - 1 ? ' +' : ';'}`);
  return [
    `/** ${source}, compiled by \`node scripts/buildWasm.mjs\`, in base64. */`,
    `export const ${constant} =`,
    ...lines,
    '',
  ].join('\n');
}
