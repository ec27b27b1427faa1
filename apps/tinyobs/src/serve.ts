import { closeSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';
import { loadConfig, type ReadConfig, type RunningServer, startServer } from '@tinyobs/server';
import { type ConfigFlags, sourcesOf } from './configFlags.js';
import { fail } from './fail.js';
import { FileWatcher } from './fileWatcher.js';
import { outliveReaders } from './outliveReaders.js';

/** Starts the server and runs until SIGTERM or SIGINT; SIGHUP and changes of its files make it read them again. */
export async function serve(flags: ConfigFlags): Promise<void> {
  outliveReaders();
  const sources = sourcesOf(flags);
  const watcher = new FileWatcher({ onChange: () => reload(starting), onError: sayUnwatched });
  const readConfig = (): ReadConfig => {
    const { input, origins, files } = loadConfig(sources);
    watcher.watch(files);
    return { ...input, origins };
  };
  const { input, origins, files } = loadConfig(sources);
  const starting = startServer({ ...input, origins, readConfig });
  obeySignals(starting, watcher);
  const server = await starting;
  watcher.watch(files);
  const { dataDir } = server.obs.config;
  process.stdout.write(`TinyObs is running.\n  Dashboard  ${server.url}/\n  Data       ${dataDir}\n`);
}

/** Why it failed is in the log, where everything is that happens while the server runs; a start says so itself. */
function reload(starting: Promise<RunningServer>): void {
  starting.then(({ obs }) => obs.reload()).catch(() => undefined);
}

function sayUnwatched(error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    `tinyobs: changes of the configuration are not noticed (${reason}); send SIGHUP after one\n`,
  );
}

/**
 * Also while the server starts: what they ask for is done when it has. A second signal ends the process at once:
 * somebody is waiting at a terminal.
 */
function obeySignals(starting: Promise<RunningServer>, watcher: FileWatcher): void {
  let closing = false;
  const close = (signal: NodeJS.Signals): void => {
    if (closing) process.exit(1);
    closing = true;
    watcher.close();
    process.stdout.write(`${signal}: finishing requests and flushing …\n`);
    starting
      .then((server) => server.close())
      .then(
        () => {
          process.stdout.write('Stopped; everything acknowledged is on disk.\n');
          process.exit(0);
        },
        (error: unknown) => fail(error),
      );
  };
  process.on('SIGTERM', close);
  process.on('SIGINT', close);
  // A terminal that is closed sends SIGHUP as well: nobody could stop the server there any more.
  const hasTerminal = isatty(0) && isTerminalOpen();
  process.on('SIGHUP', (signal) => {
    if (hasTerminal && !isTerminalOpen()) close(signal);
    else if (!closing) reload(starting);
  });
}

function isTerminalOpen(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
