import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import asc from 'assemblyscript/asc';
import { ROOT } from './run.mjs';

/** Sources in AssemblyScript and the modules that carry what they compile to. */
export const WASM_MODULES = [
  {
    source: 'packages/formats/assembly/knownSeries.ts',
    target: 'packages/formats/src/known/knownSeriesWasm.ts',
    constant: 'KNOWN_SERIES_WASM',
  },
];

/** The text of the module that carries the compiled source as base64. */
export async function compileWasm({ source, constant }) {
  const flags = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--use', 'abort='];
  let binary;
  const folder = join(ROOT, dirname(source));
  const { error, stderr } = await asc.main([basename(source), ...flags, '--outFile', 'out.wasm'], {
    readFile: (name) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : null),
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
