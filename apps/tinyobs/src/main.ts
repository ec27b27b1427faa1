#!/usr/bin/env node
import { fail } from './fail.js';
import { createProgram } from './program.js';

await createProgram()
  .parseAsync()
  .catch((error: unknown) => fail(error));
