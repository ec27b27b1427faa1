import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { ROOT, readSources, type Source, visit } from './sources.js';

/** What each package may import of ours: dependencies point one way only. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'packages/model': [],
  'packages/sdk': [],
  'packages/formats': ['@tinyobs/model'],
  'packages/storage': ['@tinyobs/model'],
  'packages/promql': ['@tinyobs/model'],
  'packages/scrape': ['@tinyobs/model', '@tinyobs/formats'],
  'packages/forward': ['@tinyobs/model', '@tinyobs/formats', '@tinyobs/scrape'],
  'packages/server': [
    '@tinyobs/model',
    '@tinyobs/formats',
    '@tinyobs/storage',
    '@tinyobs/promql',
    '@tinyobs/scrape',
    '@tinyobs/forward',
  ],
  'apps/tinyobs': ['@tinyobs/server'],
  'apps/example': ['@tinyobs/sdk'],
  web: ['@tinyobs/model'],
};

/** Libraries that only one place may know. */
const ONE_HOME: readonly { readonly library: RegExp; readonly homes: readonly string[] }[] = [
  {
    library: /^express$/,
    homes: [
      'packages/server/',
      'apps/example/',
      'packages/sdk/src/express.test.ts',
      'packages/sdk/src/hosts/hosts.suite.ts',
      'bench/src/fairness/hostApp.ts',
      'bench/src/sdkHosts/',
    ],
  },
  { library: /^(classic-level|memory-level|abstract-level|level)$/, homes: ['packages/storage/src/kv/'] },
  { library: /^@(lezer|prometheus-io)\//, homes: ['packages/promql/src/parser/', 'web/'] },
  {
    library: /^@opentelemetry\/api$/,
    homes: [
      'packages/server/src/tracing/',
      'packages/server/src/selfMonitoring/latencyHistogram.test.ts',
      'packages/server/src/selfMonitoring/selfMonitoring.test.ts',
      'packages/sdk/src/series/exemplars.test.ts',
      'bench/src/sdk/',
    ],
  },
];

/** Files that open connections, and to whom. */
const CONNECTING: Readonly<Record<string, string>> = {
  'packages/scrape/src/fetch/httpClient.ts':
    'targets, discoveries and receivers of the configuration, past the guard of addresses',
  'packages/server/src/handover/forwarder.ts': 'the thread, or the process, that has the engine',
  'packages/server/src/handover/post.ts': 'the same, for requests of our own',
  'packages/server/src/sharing/memberSeat.ts': 'the process that has the data folder',
  'packages/server/src/statsd/statsdListener.ts': 'nobody: it only receives',
  'packages/server/src/access/remoteKeys.ts': 'the server that the command `tinyobs keys` is told',
};

/** What of Node opens connections. */
const CLIENTS: Readonly<Record<string, readonly string[]>> = {
  'node:http': ['request', 'get', 'Agent', 'ClientRequest'],
  'node:https': ['request', 'get', 'Agent'],
  'node:net': ['connect', 'createConnection', 'Socket'],
  'node:tls': ['connect'],
  'node:http2': ['connect'],
  'node:dgram': ['createSocket'],
};

/** Files of packages that write to the console, and why. */
const PRINTING: Readonly<Record<string, string>> = {
  'packages/sdk/src/createFetchClient.ts':
    'problems that nobody listens to, where there are no process warnings',
};

const LINES_MAX = 500;
/** Files that are longer, and why one subject needs it. */
const LONG_FILES: Readonly<Record<string, string>> = {};

const WEB_LINES_MAX = 300;

const FUNCTION_LINES_MAX = 70;
/** Functions that are longer, as `path:name`, and why. */
const LONG_FUNCTIONS: Readonly<Record<string, string>> = {};

/** What runs in the build only: it may use what is installed for development, and nothing else may use it. */
const BUILD_ONLY = /^packages\/server\/src\/apiDescription\//;

/** Files that are started or loaded by something other than an import. */
const ENTRIES = [
  /^packages\/server\/src\/apiDescription\/(apiPage|htmlPage|markdownPage|openApi|operationGroups)\.ts$/,
  /^packages\/server\/src\/thread\/threadMain\.ts$/,
  /^packages\/[a-z]+\/src\/index\.ts$/,
  /^apps\/[a-z]+\/src\/main\.ts$/,
  /^bench\/src\/main\.ts$/,
  /^bench\/src\/load\/[a-z]+Thread\.ts$/,
  /^bench\/src\/(observe\/watchLoop|fairness\/hostApp|sdk\/measure(Library|Flushes)|sdkHosts\/measuredApp|scrape\/exporter)\.ts$/,
  /^web\/(src\/main|src\/embed\/main|bench\/drawing)\.tsx$/,
  /^packages\/formats\/assembly\/[a-zA-Z]+\.ts$/,
  /\.config\.ts$/,
  /\.test\.tsx?$/,
  /^test\/(globalSetup|seedProperties|leavesNothing)\.ts$/,
];

const sources = readSources();
const product = sources.filter(({ path }) => isProduct(path));

describe('the tree is tidy', () => {
  it('reads the sources it judges', () => {
    expect(product.length).toBeGreaterThan(100);
  });

  it('lets dependencies point one way only', () => {
    const wrong = product.flatMap(({ path, imports }) => {
      const home = Object.keys(MAY_IMPORT).find((folder) => path.startsWith(`${folder}/`));
      if (home === undefined) return [];
      return imports
        .filter(({ specifier }) => specifier.startsWith('@tinyobs/'))
        .filter(({ specifier }) => !MAY_IMPORT[home].includes(libraryOf(specifier)))
        .map(({ specifier }) => `${path} imports ${specifier}`);
    });
    expect(wrong).toEqual([]);
  });

  it('lets no relative import leave its package', () => {
    const wrong = product.flatMap(({ path, imports }) =>
      imports
        .filter((one) => one.path !== undefined && packageOf(one.path) !== packageOf(path))
        .map(({ specifier }) => `${path} imports ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps libraries in their one home', () => {
    const wrong = sources
      .filter(({ path }) => !path.startsWith('test/'))
      .flatMap(({ path, imports }) =>
        imports
          .filter(({ specifier }) =>
            ONE_HOME.some(
              ({ library, homes }) => library.test(specifier) && !homes.some((home) => path.startsWith(home)),
            ),
          )
          .map(({ specifier }) => `${path} imports ${specifier}`),
      );
    expect(wrong).toEqual([]);
  });

  it('imports only libraries that its package.json names', () => {
    const wrong = product.flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier }) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
        .filter(({ specifier }) => !mayUse(path, libraryOf(specifier)))
        .map(({ specifier }) => `${path} imports ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it('lets nothing at run time need what is for the build', () => {
    const wrong = product
      .filter(({ path }) => !BUILD_ONLY.test(path))
      .filter(({ imports }) => imports.some((one) => BUILD_ONLY.test(one.path ?? '')))
      .map(({ path }) => path);
    expect(product.filter(({ path }) => BUILD_ONLY.test(path)).length).toBeGreaterThan(10);
    expect(wrong).toEqual([]);
  });

  it('reads the environment in one folder', () => {
    const wrong = product
      .filter(({ path }) => path.startsWith('packages/') && !path.startsWith('packages/server/src/config/'))
      // Which process of several an app is, its process manager says there.
      .filter(({ path }) => path !== 'packages/sdk/src/processInstance.ts')
      .filter(({ tree }) => /\bprocess\.env\b/.test(tree.text))
      .map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  it('lets no code open a connection but where that is its task: nothing sent to the server can make it ask another', () => {
    const opening = product
      .filter(({ path }) => /^packages\/(model|formats|storage|promql|scrape|forward|server)\//.test(path))
      .filter(({ tree }) => opensConnections(tree))
      .map(({ path }) => path);
    expect(opening.sort()).toEqual(Object.keys(CONNECTING).sort());
  });

  it('loads nothing of OpenTelemetry in the server, where it may not be installed: types are enough', () => {
    const ofServer = product.filter(({ path }) => path.startsWith('packages/server/'));
    const users = ofServer.filter(({ imports }) =>
      imports.some(({ specifier }) => specifier.startsWith('@opentelemetry/')),
    );
    expect(users.length).toBeGreaterThan(0);
    expect(
      users.filter((source) => !importsOnlyTypes(source, /^@opentelemetry\//)).map(({ path }) => path),
    ).toEqual([]);
  });

  it('writes to the console only in programs', () => {
    const wrong = product
      .filter(({ path }) => path.startsWith('packages/'))
      .filter(({ tree }) =>
        hasNode(
          tree,
          (node) => ts.isPropertyAccessExpression(node) && node.expression.getText() === 'console',
        ),
      )
      .map(({ path }) => path);
    expect(wrong).toEqual(Object.keys(PRINTING));
  });

  it('awaits the promises of Node itself, whose types the linter does not follow', () => {
    expect(product.flatMap(floatingNodePromises)).toEqual([]);
  });

  it('keeps files short', () => {
    const long = sources
      .map(({ path, tree }) => ({ path, lines: tree.getLineStarts().length - 1 }))
      .filter(({ path, lines }) => lines > LINES_MAX && !(path in LONG_FILES));
    expect(long).toEqual([]);
  });

  it('keeps the files of the dashboard, style sheets included, shorter still', () => {
    const folder = join(ROOT, 'web/src');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const long = files
      .filter((file) => /\.(tsx?|css)$/.test(file))
      .map((file) => ({ file, lines: readFileSync(join(folder, file), 'utf8').split('\n').length - 1 }))
      .filter(({ lines }) => lines > WEB_LINES_MAX);
    expect(long).toEqual([]);
  });

  it('keeps functions short', () => {
    const long = product
      .flatMap(functionsOf)
      .filter(({ place, lines }) => lines > FUNCTION_LINES_MAX && !(place in LONG_FUNCTIONS));
    expect(long).toEqual([]);
  });

  it('has no reason for what is not long', () => {
    const paths = new Set(sources.map(({ path }) => path));
    const places = new Set(product.flatMap(functionsOf).map(({ place }) => place));
    expect(Object.keys(LONG_FILES).filter((path) => !paths.has(path))).toEqual([]);
    expect(Object.keys(LONG_FUNCTIONS).filter((place) => !places.has(place))).toEqual([]);
  });

  it('has no file that nothing uses', () => {
    expect(unusedFiles()).toEqual([]);
  });

  it('has no drawer for odds and ends, and no barrel', () => {
    const drawers = sources.filter(({ path }) =>
      /(^|\/)(utils?|common|helpers?|misc|shared)(\.tsx?$|\/)/.test(path),
    );
    const stars = sources.filter(({ tree }) =>
      hasNode(tree, (node) => ts.isExportDeclaration(node) && !node.exportClause),
    );
    expect([...drawers, ...stars].map(({ path }) => path)).toEqual([]);
  });
});

function isProduct(path: string): boolean {
  if (/\.(test|suite)\.tsx?$/.test(path) || path.endsWith('.config.ts')) return false;
  return /^(packages|apps)\/[a-z]+\/src\//.test(path) || path.startsWith('web/src/');
}

function packageOf(path: string): string {
  return path.startsWith('web/') ? 'web' : path.split('/').slice(0, 2).join('/');
}

type Manifest = Readonly<Record<string, Readonly<Record<string, string>> | undefined>>;

const manifests = new Map<string, Manifest>();

/** Whether the package of a file names the library for what the file is. */
function mayUse(path: string, library: string): boolean {
  const folder = packageOf(path);
  const manifest =
    manifests.get(folder) ??
    (JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as Manifest);
  manifests.set(folder, manifest);
  const { dependencies, peerDependencies, devDependencies } = manifest;
  const forBuild = BUILD_ONLY.test(path) ? devDependencies : {};
  return Object.hasOwn({ ...dependencies, ...peerDependencies, ...forBuild }, library);
}

function libraryOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function hasNode(tree: ts.SourceFile, wanted: (node: ts.Node) => boolean): boolean {
  let found = false;
  visit(tree, (node) => {
    found ||= wanted(node);
  });
  return found;
}

/** Whether all imports of a library are gone when a file is compiled. */
function importsOnlyTypes({ tree, imports }: Source, library: RegExp): boolean {
  const ofTypes = tree.statements
    .filter(ts.isImportDeclaration)
    .filter(({ importClause }) => importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword)
    .filter(
      ({ moduleSpecifier }) => ts.isStringLiteral(moduleSpecifier) && library.test(moduleSpecifier.text),
    );
  return ofTypes.length === imports.filter(({ specifier }) => library.test(specifier)).length;
}

function opensConnections(tree: ts.SourceFile): boolean {
  let found = false;
  visit(tree, (node) => {
    if (ts.isCallExpression(node) && node.expression.getText() === 'fetch') found = true;
    if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) return;
    const clients = CLIENTS[node.moduleSpecifier.text];
    const bindings = node.importClause?.namedBindings;
    if (!clients || node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) return;
    // Anything but a list of names may reach a client.
    if (!bindings || !ts.isNamedImports(bindings)) found = true;
    else if (
      bindings.elements.some(({ name, propertyName }) => clients.includes((propertyName ?? name).text))
    ) {
      found = true;
    }
  });
  return found;
}

/** Statements that call a function of `node:…/promises` and drop what it returns. */
function floatingNodePromises({ path, tree, imports }: Source): string[] {
  const names = new Set(
    imports.filter(({ specifier }) => /^node:.*\/promises$/.test(specifier)).flatMap((one) => one.names),
  );
  const found: string[] = [];
  visit(tree, (node) => {
    if (!ts.isExpressionStatement(node) || !ts.isCallExpression(node.expression)) return;
    const callee = node.expression.expression.getText();
    if (names.has(callee)) found.push(`${path}: ${callee}`);
  });
  return found;
}

function functionsOf({ path, tree }: Source): { place: string; lines: number }[] {
  const found: { place: string; lines: number }[] = [];
  visit(tree, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || !node.body) return;
    const first = tree.getLineAndCharacterOfPosition(node.getStart()).line;
    const last = tree.getLineAndCharacterOfPosition(node.end).line;
    found.push({ place: `${path}:${nameOf(node)}`, lines: last - first + 1 });
  });
  return found;
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name) return node.name.getText();
  const { parent } = node;
  return ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)
    ? parent.name.getText()
    : 'anonymous';
}

/** Files that no entry reaches by imports. */
function unusedFiles(): string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const subpaths = new Set([...Object.keys(MAY_IMPORT)].flatMap(exportedFiles));
  const queue = [...byPath.keys()].filter(
    (path) => subpaths.has(path) || ENTRIES.some((entry) => entry.test(path)),
  );
  const reached = new Set(queue);
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    for (const one of byPath.get(path)?.imports ?? []) {
      for (const target of [one.path, `${one.path}x`]) {
        if (target === undefined || reached.has(target) || !byPath.has(target)) continue;
        reached.add(target);
        queue.push(target);
      }
    }
  }
  return [...byPath.keys()].filter((path) => !reached.has(path));
}

/** Sources of the subpaths that a package exports. */
function exportedFiles(folder: string): string[] {
  const manifest = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as {
    exports?: Target;
  };
  return targetsOf(manifest.exports ?? {})
    .filter((target) => target.endsWith('.js'))
    .map((target) => join(folder, target.replace('./dist/', 'src/').replace(/\.js$/, '.ts')));
}

/** What a subpath, or a condition of it, stands for. */
type Target = string | { readonly [condition: string]: Target };

function targetsOf(target: Target): string[] {
  return typeof target === 'string' ? [target] : Object.values(target).flatMap(targetsOf);
}
