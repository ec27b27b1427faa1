#!/usr/bin/env node
import { boundYoungGeneration } from './youngGeneration.js';

// Before anything else is loaded, which makes garbage enough to let it grow.
boundYoungGeneration();
const { createProgram } = await import('./program.js');
const { fail } = await import('./fail.js');

await createProgram()
  .parseAsync()
  .catch((error: unknown) => fail(error));
