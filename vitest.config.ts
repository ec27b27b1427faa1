import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));

/** Workspace imports resolve to sources, so that unit tests need no build. */
const sources = [
  { find: /^@tinyobs\/([a-z]+)$/, replacement: `${root}packages/$1/src/index.ts` },
  { find: '@tinyobs/sdk/remote-write', replacement: `${root}packages/sdk/src/remoteWrite.ts` },
  { find: /^@tinyobs\/([a-z]+)\/([a-zA-Z]+)$/, replacement: `${root}packages/$1/src/$2.ts` },
  { find: '@tinyobs/sdk/prom-client', replacement: `${root}packages/sdk/src/promClient.ts` },
  { find: '@tinyobs/sdk/prom-client-bridge', replacement: `${root}packages/sdk/src/promClientBridge.ts` },
];

const TESTS = [
  'packages/*/src/**/*.test.ts',
  'apps/*/src/**/*.test.ts',
  'web/src/**/*.test.{ts,tsx}',
  'bench/src/**/*.test.ts',
  'test/**/*.test.ts',
];
const isFull = process.env['TEST_SCALE'] === 'full';
/** Files all of whose tests are for full scale are not even loaded at small scale. */
const NONE = ['**/node_modules/**', '**/dist/**', ...(isFull ? [] : ['**/*.full.test.ts'])];

/** Folders whose tests share the modules they import, which otherwise takes longer to load than most tests take. */
const SHARING = [
  ...['model', 'formats', 'promql', 'storage', 'scrape', 'forward', 'server'].map(
    (name) => `packages/${name}/src`,
  ),
  'test/integration',
];
/** But for those that put another module in the place of one. */
const sharing = SHARING.flatMap((folder) =>
  readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path}`)
    .filter((path) => path.endsWith('.test.ts') && !readFileSync(root + path, 'utf8').includes('vi.mock(')),
);

export default defineConfig({
  resolve: { alias: sources },
  test: {
    // What is waited for comes as late as a busy machine lets it.
    expect: { poll: { timeout: 15_000 } },
    globalSetup: ['test/globalSetup.ts'],
    setupFiles: ['test/seedProperties.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // At small scale many files wait for programs and clocks rather than compute.
    maxWorkers: isFull ? 2 : 3,
    projects: [
      {
        extends: true,
        test: {
          name: 'sharing modules',
          isolate: false,
          include: sharing,
          setupFiles: ['test/leavesNothing.ts'],
        },
      },
      { extends: true, test: { name: 'alone', include: TESTS, exclude: [...NONE, ...sharing] } },
    ],
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts', 'apps/*/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.suite.ts'],
    },
  },
});
