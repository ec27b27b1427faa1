import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSnippets } from '../docs/snippets.js';
import { type Program, startProgram } from '../programs.js';
import { ROOT } from '../sources.js';
import { postJson } from '../testServer.js';

const PROGRAM = join(ROOT, 'apps/tinyobs/dist');
const [OTEL] = readSnippets('docs/tracing.md').filter(({ text }) => text.startsWith('// otel.mjs'));
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const TRACEPARENT = { traceparent: `00-${TRACE}-b7ad6b7169203331-01` };

describe('the program', () => {
  let cwd: string;
  let program: Program | undefined;
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'tinyobs-otel-'));
  });
  afterEach(async () => {
    await program?.stop('SIGKILL');
    await rm(cwd, { recursive: true });
  });

  const start = async (nodeOptions: string): Promise<string> => {
    const args = [join(PROGRAM, 'main.js'), '--listen', '127.0.0.1:0', '--data-dir', join(cwd, 'data')];
    const env = { ...process.env, NODE_OPTIONS: nodeOptions };
    program = startProgram(process.execPath, args, { cwd, env });
    const [, url] = await program.waitFor(/Dashboard\s+(http:\/\/[^\s/]+)/);
    return url;
  };

  it('makes spans with the packages beside the documented module, and has all handed over when it ends', async () => {
    cpSync(join(ROOT, 'node_modules/@opentelemetry'), join(cwd, 'node_modules/@opentelemetry'), {
      recursive: true,
    });
    writeFileSync(join(cwd, 'otel.mjs'), OTEL.text);
    const url = await start('--import ./otel.mjs');
    const body = JSON.stringify({ metrics: [{ name: 'traced', value: 1 }] });
    const headers = { 'Content-Type': 'application/json', ...TRACEPARENT };
    expect((await fetch(`${url}/v1/ingest`, { method: 'POST', headers, body })).status).toBe(200);
    expect(await program?.stop('SIGTERM')).toBe(0);
    const output = program?.output() ?? '';
    const names = [...output.matchAll(/^ {2}name: '([^']+)'/gm)].map(([, name]) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        'tinyobs.replay',
        'tinyobs.self_monitoring',
        'POST /v1/ingest',
        'tinyobs.ingest',
        'tinyobs.decode',
        'tinyobs.append',
        'tinyobs.flush',
      ]),
    );
    expect(output.match(new RegExp(`^  traceId: '${TRACE}'`, 'gm'))).toHaveLength(4);
  });

  it('needs no package of OpenTelemetry', async () => {
    writeFileSync(
      join(cwd, 'without.mjs'),
      `import { register } from 'node:module';
      const hooks = "export const resolve = (name, context, next) => { if (name.startsWith('@opentelemetry/')) throw new Error('not installed'); return next(name, context); }";
      register('data:text/javascript,' + encodeURIComponent(hooks));
      await import('@opentelemetry/api').then(() => console.log('found it'), () => console.log('as if not installed'));`,
    );
    const url = await start('--import ./without.mjs');
    expect(program?.output()).toMatch(/as if not installed/);
    expect((await postJson(url, { metrics: [{ name: 'untraced', value: 1 }] })).status).toBe(200);
    expect(await program?.stop('SIGTERM')).toBe(0);
    const bundled = readdirSync(PROGRAM).filter((name) => name.endsWith('.js'));
    const loading = bundled.filter((name) =>
      /(?:from|import\(|require\()\s*["']@opentelemetry/.test(readFileSync(join(PROGRAM, name), 'utf8')),
    );
    expect(loading).toEqual([]);
  });
});

describe('the types of the server', () => {
  it('need no package of OpenTelemetry', () => {
    const reached = new Set([join(ROOT, 'packages/server/dist/index.d.ts')]);
    const specifiers: string[] = [];
    for (const file of reached) {
      for (const [, specifier] of readFileSync(file, 'utf8').matchAll(
        /(?:from |import\()["']([^"']+)["']/g,
      )) {
        if (specifier.startsWith('.')) reached.add(join(dirname(file), specifier.replace(/js$/, 'd.ts')));
        else specifiers.push(specifier);
      }
    }
    expect(reached.size).toBeGreaterThan(20);
    expect(specifiers.filter((specifier) => specifier.startsWith('@opentelemetry/'))).toEqual([]);
  });
});

describe('a thread of its own', () => {
  const folder = join(ROOT, 'test/artefacts/tracing');
  afterEach(() => rm(folder, { recursive: true }));

  it('makes its spans with the provider that Node loads there, as parts of those of the host', async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'otel.mjs'), OTEL.text);
    writeFileSync(join(folder, 'host.mjs'), HOST);
    const host = startProgram(process.execPath, ['--import', './otel.mjs', 'host.mjs'], { cwd: folder });
    expect(await host.exited).toBe(0);
    const [, traceId] = /^host (\w+)$/m.exec(host.output()) ?? [];
    const spans = host.output().split(/^\{$/m);
    const ofTrace = spans.filter((span) => span.includes(`\n  traceId: '${traceId}'`));
    const names = ofTrace.map((span) => /^ {2}name: '([^']+)'/m.exec(span)?.[1]);
    expect(names).toEqual(['tinyobs.query', 'GET /api/v1/query']);
    expect(spans.filter((span) => span.includes("name: 'tinyobs.flush'"))).toHaveLength(1);
  });
});

/** Asks its own handler, within a span, and ends. */
const HOST = `
import { createServer } from 'node:http';
import { trace } from '@opentelemetry/api';
import { createTinyObs } from '@tinyobs/server';

const obs = await createTinyObs({ dataDir: './data', worker: true });
const server = createServer((request, response) => {
  trace.getTracer('host').startActiveSpan('host', (span) => {
    console.log('host ' + span.spanContext().traceId);
    obs.handler(request, response);
  });
}).listen(0, '127.0.0.1', async () => {
  await (await fetch('http://127.0.0.1:' + server.address().port + '/api/v1/query?query=1')).text();
  server.close().closeAllConnections();
  await obs.close();
});
`;
