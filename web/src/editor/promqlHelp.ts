import { syntaxTree } from '@codemirror/language';
import type { EditorState, Extension } from '@codemirror/state';
import { hoverTooltip, type Tooltip } from '@codemirror/view';
import type { SyntaxNode } from '@lezer/common';
import { type Meanings, placedVariables } from '@tinyobs/model/queryVariables';
import { TERMS } from './promqlTerms.js';
import { metricHelp } from './serverNames.js';
import { meaningText } from './variableText.js';

interface Help {
  readonly title: string;
  readonly facts: string;
  readonly text: string;
}

/** Shows what a metric, a function, an aggregation or a variable is where it is pointed at. */
export function promqlHelp(meanings: Meanings): Extension {
  return hoverTooltip(async ({ state }, at, side) => {
    const placed = placedVariables(state.doc.toString(), meanings);
    const variable = placed.find(({ from, to }) => from <= at && at < to);
    if (variable) return tooltip(variable, variableHelp(variable.name, meanings));
    const node = namedAt(state, at, side);
    const help = node && (await helpOf(node, state.sliceDoc(node.from, node.to)));
    return node && help && tooltip(node, help);
  });
}

function tooltip({ from, to }: { readonly from: number; readonly to: number }, help: Help): Tooltip {
  return { pos: from, end: to, above: true, create: () => ({ dom: card(help) }) };
}

function variableHelp(name: string, meanings: Meanings): Help {
  return { title: `$${name}`, facts: '', text: meaningText(name, meanings) };
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
