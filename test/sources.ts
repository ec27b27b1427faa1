import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** A source file of the project, parsed. */
export interface Source {
  /** Relative to the root, with slashes. */
  readonly path: string;
  readonly tree: ts.SourceFile;
  readonly imports: readonly Import[];
}

export interface Import {
  /** As written. */
  readonly specifier: string;
  /** For a relative import, the file of the project it names. */
  readonly path: string | undefined;
  /** Names bound from `{ … }`. */
  readonly names: readonly string[];
}

/** Every TypeScript file that git knows or would take, in order of path. */
export function readSources(): Source[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx'];
  const listed = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).split('\n');
  const paths = [...new Set(listed)].filter((path) => path !== '' && !path.endsWith('.d.ts')).sort();
  return paths.flatMap((path) => readSource(path) ?? []);
}

/** Undefined for a file that git still lists but is gone. */
function readSource(path: string): Source | undefined {
  let text: string;
  try {
    text = readFileSync(join(ROOT, path), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  return { path, tree, imports: importsOf(tree, path) };
}

function importsOf(tree: ts.SourceFile, path: string): Import[] {
  const found: Import[] = [];
  visit(tree, (node) => {
    const specifier = specifierOf(node);
    if (specifier === undefined) return;
    const target = specifier.startsWith('.') ? resolve(path, specifier) : undefined;
    found.push({ specifier, path: target, names: namesOf(node) });
  });
  return found;
}

/** Calls `see` for a node and all below it. */
export function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}

function specifierOf(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    return node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)
      ? node.moduleSpecifier.text
      : undefined;
  }
  if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword) return undefined;
  const [argument] = node.arguments;
  return argument && ts.isStringLiteral(argument) ? argument.text : undefined;
}

function namesOf(node: ts.Node): string[] {
  if (!ts.isImportDeclaration(node)) return [];
  const bindings = node.importClause?.namedBindings;
  return bindings && ts.isNamedImports(bindings) ? bindings.elements.map((element) => element.name.text) : [];
}

/** `./x.js` is written for `x.ts` or `x.tsx`. */
function resolve(from: string, specifier: string): string {
  const target = normalize(join(dirname(from), specifier));
  return target.replace(/\.jsx?$/, '.ts');
}
