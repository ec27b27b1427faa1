import { syntaxTree } from '@codemirror/language';
import type { EditorState, Extension } from '@codemirror/state';
import { hoverTooltip } from '@codemirror/view';
import type { SyntaxNode } from '@lezer/common';
import { metricHelp } from '../metrics/serverNames.js';
import { TERMS } from './promqlTerms.js';

interface Help {
  readonly title: string;
  readonly facts: string;
  readonly text: string;
}

/** Shows what a metric, a function or an aggregation is where it is pointed at. */
export function promqlHelp(): Extension {
  return hoverTooltip(async ({ state }, at, side) => {
    const node = namedAt(state, at, side);
    const help = node && (await helpOf(node, state.sliceDoc(node.from, node.to)));
    if (!node || !help) return null;
    return { pos: node.from, end: node.to, above: true, create: () => ({ dom: card(help) }) };
  });
}

const NAMED = ['FunctionIdentifier', 'AggregateOp', 'Identifier'];

function namedAt(state: EditorState, at: number, side: -1 | 1): SyntaxNode | null {
  let node: SyntaxNode | null = syntaxTree(state).resolveInner(at, side);
  while (node !== null && !NAMED.includes(node.name)) node = node.parent;
  return node;
}

async function helpOf(node: SyntaxNode, name: string): Promise<Help | null> {
  if (node.name !== 'Identifier') {
    const term = TERMS.get(name);
    return term === undefined ? null : { title: term.signature, facts: '', text: term.help };
  }
  const known = await metricHelp(name);
  if (known === null)
    return { title: name, facts: '', text: 'The server has no description of this metric.' };
  return { title: name, facts: [known.type, known.unit].filter(Boolean).join(' · '), text: known.help };
}

function card({ title, facts, text }: Help): HTMLElement {
  const root = document.createElement('div');
  root.className = 'editor-help';
  for (const [part, content] of Object.entries({ title, facts, text })) {
    if (content === '') continue;
    const line = document.createElement('p');
    line.className = `editor-help-${part}`;
    line.textContent = content;
    root.append(line);
  }
  return root;
}
