import { TinyObsError } from '@tinyobs/server';

/** Says in one line why the command cannot go on, and ends the process. */
export function fail(error: unknown, status = 1): never {
  if (error instanceof TinyObsError) {
    process.stderr.write(`tinyobs: ${error.message} [${error.code}]\n`);
  } else {
    process.stderr.write(`tinyobs: ${error instanceof Error ? error.stack : String(error)}\n`);
  }
  process.exit(status);
}
