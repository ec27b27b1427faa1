import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from './sources.js';

/** A program of ours, or a peer, as a process of its own. */
export interface Program {
  readonly child: ChildProcess;
  /** All it has written to standard output and error so far. */
  output(): string;
  /** The first match of the pattern in what it writes; rejects when it exits first. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  /** The exit code, or the signal that ended it, once it has ended. */
  readonly exited: Promise<number | NodeJS.Signals | null>;
  /** Sends the signal and waits for the exit; its code, or the signal that ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

export function startProgram(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string } = {},
): Program {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: ROOT, ...options });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      text += chunk;
      child.emit('output');
    });
  }
  const exited = once(child, 'close').then(() => child.exitCode ?? child.signalCode);
  return {
    child,
    exited,
    output: () => text,
    waitFor: (pattern) => waitForOutput(child, pattern, () => text),
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      return exited;
    },
  };
}

function waitForOutput(child: ChildProcess, pattern: RegExp, text: () => string): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const found = pattern.exec(text());
      if (!found) return;
      child.off('output', look).off('close', fail);
      resolve(found);
    };
    const fail = (): void => reject(new Error(`the program ended before it wrote ${pattern}:\n${text()}`));
    child.on('output', look).once('close', fail);
    child.once('error', reject);
    look();
  });
}

export interface TinyObsProgram extends Program {
  readonly url: string;
}

/** The built `tinyobs`, listening on a free port; it keeps samples of any time. */
export async function startTinyObs(dataDir: string, flags: readonly string[] = []): Promise<TinyObsProgram> {
  const args = [
    join(ROOT, 'apps/tinyobs/dist/main.js'),
    '--data-dir',
    dataDir,
    '--listen',
    '127.0.0.1:0',
    '--set',
    'storage.retention.raw=off',
    ...flags,
  ];
  const program = startProgram(process.execPath, args);
  const [, url] = await program.waitFor(/Dashboard\s+(https?:\/\/[^\s/]+)/);
  return { ...program, url };
}
