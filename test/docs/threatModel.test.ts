import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { ROOT, readSources, visit } from '../sources.js';

const page = readFileSync(join(ROOT, 'docs/threat-model.md'), 'utf8');

/** Files of the server that open connections, and to whom. */
const CONNECTING: Readonly<Record<string, string>> = {
  'packages/server/src/thread/forwarder.ts': 'the thread of the same process',
  'packages/server/src/access/remoteKeys.ts': 'the server that the command `tinyobs keys` is told',
};

describe('docs/threat-model.md', () => {
  it('names nothing that is not there', () => {
    const paths = [...page.matchAll(/`((?:packages|test|docs|scripts)\/[^`]+)`/g)].map(([, path]) => path);
    expect(paths.length).toBeGreaterThan(50);
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('has every risk of the list, each with what is done and a test', () => {
    const rows = [...page.matchAll(/^\| \*\*API(\d+)\*\* [^|]+ \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)];
    expect(rows.map(([, number]) => Number(number))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const [, number, , , tests] of rows) expect(tests, `API${number}`).toMatch(/`[^`]+\.test\.ts`/);
  });
});

/** API7: what is sent to the server cannot make it ask another. */
it('no code of the server opens a connection, but to itself', () => {
  const opening = readSources()
    .filter(({ path }) => /^packages\/(model|formats|storage|promql|server)\/src\//.test(path))
    .filter(({ path }) => !/\.(test|suite)\.ts$/.test(path))
    .filter(({ tree }) => opensConnections(tree))
    .map(({ path }) => path);
  expect(opening.sort()).toEqual(Object.keys(CONNECTING).sort());
});

const CLIENTS: Readonly<Record<string, readonly string[]>> = {
  'node:http': ['request', 'get', 'Agent', 'ClientRequest'],
  'node:https': ['request', 'get', 'Agent'],
  'node:net': ['connect', 'createConnection', 'Socket'],
  'node:tls': ['connect'],
  'node:http2': ['connect'],
  'node:dgram': ['createSocket'],
};

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
