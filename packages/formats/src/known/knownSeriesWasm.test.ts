import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { compileWasm, WASM_MODULES } from '../../../../scripts/lib/compileWasm.mjs';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

it.each(WASM_MODULES)(
  '$target is what $source compiles to (else run node scripts/buildWasm.mjs)',
  async (module) => {
    expect(readFileSync(ROOT + module.target, 'utf8')).toBe(await compileWasm(module));
  },
  60_000,
);
