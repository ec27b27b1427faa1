import { TinyObsError } from '@tinyobs/server';

/** Says why the command cannot go on, in one line where one thing is wrong, and ends the process. */
export function fail(error: unknown, status = 1): never {
  if (error instanceof TinyObsError) {
    const [first, ...more] = error.message.split('\n');
    process.stderr.write(`${[`tinyobs: ${first} [${error.code}]`, ...more].join('\n  ')}\n`);
  } else {
    process.stderr.write(`tinyobs: ${error instanceof Error ? error.stack : String(error)}\n`);
  }
  process.exit(status);
}
