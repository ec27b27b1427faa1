import { loadConfigInput, type RunningServer, startServer } from '@tinyobs/server';
import { fail } from './fail.js';
import { outliveReaders } from './outliveReaders.js';

export interface ServeFlags {
  readonly dataDir?: string;
  readonly listen?: string;
  readonly config?: string;
  readonly insecure?: boolean;
  readonly set: ReadonlyMap<string, string>;
}

/** Starts the server and runs until SIGTERM or SIGINT. */
export async function serve(flags: ServeFlags): Promise<void> {
  outliveReaders();
  const server = await startServer(configInput(flags));
  const { dataDir } = server.obs.config;
  process.stdout.write(`TinyObs is running.\n  Dashboard  ${server.url}/\n  Data       ${dataDir}\n`);
  closeOnSignal(server);
}

function configInput(flags: ServeFlags) {
  const settings = new Map(flags.set);
  if (flags.dataDir !== undefined) settings.set('dataDir', flags.dataDir);
  if (flags.listen !== undefined) settings.set('listen', flags.listen);
  if (flags.insecure) settings.set('insecure', 'true');
  return loadConfigInput({ file: flags.config, flags: settings });
}

/** A second signal ends the process at once: somebody is waiting at a terminal. */
function closeOnSignal(server: RunningServer): void {
  let closing = false;
  const close = (signal: NodeJS.Signals): void => {
    if (closing) process.exit(1);
    closing = true;
    process.stdout.write(`${signal}: finishing requests and flushing …\n`);
    server.close().then(
      () => {
        process.stdout.write('Stopped; everything acknowledged is on disk.\n');
        process.exit(0);
      },
      (error: unknown) => fail(error),
    );
  };
  process.on('SIGTERM', close);
  process.on('SIGINT', close);
}
