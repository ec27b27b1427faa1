// Compiles the sources in AssemblyScript into the modules that carry them. A test says when one is out of date.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileWasm, WASM_MODULES } from './lib/compileWasm.mjs';
import { ROOT, say } from './lib/run.mjs';

for (const module of WASM_MODULES) {
  writeFileSync(join(ROOT, module.target), await compileWasm(module));
  say(`${module.target} is made from ${module.source}`);
}
