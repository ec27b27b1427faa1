import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript';

export interface AppEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

export interface RunningApp {
  readonly child: ChildProcess;
  readonly ended: Promise<AppEnd>;
}

/** Runs apps of a few lines, in processes of their own, with the SDK as it is in the sources. */
export class AppRunner {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(): Promise<AppRunner> {
    const folder = await mkdtemp(join(tmpdir(), 'tinyobs-sdk-'));
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    const options = { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 } };
    for (const file of await readdir(import.meta.dirname, { recursive: true })) {
      if (!file.endsWith('.ts') || /\.(test|suite)\.ts$/.test(file)) continue;
      const source = await readFile(join(import.meta.dirname, file), 'utf8');
      const { outputText } = ts.transpileModule(source, options);
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file.replace(/ts$/, 'js')), outputText);
    }
    return new AppRunner(folder);
  }

  /** Starts an app that may `createClient`, and has `args` from `process.argv[2]` on. */
  async start(app: string, args: readonly string[]): Promise<RunningApp> {
    const file = join(this.#folder, 'app.mjs');
    await writeFile(file, `import { createClient } from './index.js';\n${app}`);
    const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    const stderr: string[] = [];
    child.stderr?.setEncoding('utf8').on('data', (text: string) => stderr.push(text));
    const ended = once(child, 'exit').then(([code, signal]: unknown[]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      stderr: stderr.join(''),
    }));
    return { child, ended };
  }

  remove(): Promise<void> {
    return rm(this.#folder, { recursive: true });
  }
}
