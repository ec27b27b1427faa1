import { execFile, fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { ROOT } from '../sources.js';
import type { Snippet } from './snippets.js';

/** In the checkout, so that the packages a program imports are found. */
const FOLDER = join(ROOT, 'test/artefacts/docs');
const FREE_PORTS = pathToFileURL(join(ROOT, 'test/docs/freePorts.mjs')).href;

export interface RunningSnippet {
  /** Port of the server the program started; undefined when it ended without starting one. */
  readonly port: number | undefined;
  readonly exitCode: number | null;
  readonly output: () => string;
  stop(): Promise<void>;
}

/** Runs a program until it listens or ends, with the documented server's address replaced by `serverUrl`. */
export async function runProgram(snippet: Snippet, serverUrl: string, cwd: string): Promise<RunningSnippet> {
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, `${snippet.page.replaceAll('/', '-')}-${snippet.line}.mjs`);
  writeFileSync(file, asJavaScript(snippet).replaceAll('http://127.0.0.1:8080', serverUrl));
  const child = fork(file, [], { cwd, execArgv: ['--import', FREE_PORTS], silent: true });
  let text = '';
  child.stdout?.on('data', (chunk) => (text += chunk));
  child.stderr?.on('data', (chunk) => (text += chunk));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const listening = new Promise<number>((resolve) =>
    child.once('message', (message) => resolve((message as { port: number }).port)),
  );
  const first = await Promise.race([
    exited.then((exitCode) => ({ exitCode })),
    listening.then((port) => ({ port })),
  ]);
  return {
    port: 'port' in first ? first.port : undefined,
    exitCode: 'exitCode' in first ? first.exitCode : null,
    output: () => text,
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function asJavaScript({ language, text }: Snippet): string {
  if (language === 'js') return text;
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(text, { compilerOptions }).outputText;
}

/** Runs shell lines to their end; rejects when they fail. */
export async function runShell(text: string, cwd: string): Promise<string> {
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', text], { cwd });
  return stdout;
}
