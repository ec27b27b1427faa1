import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, insertNewlineAndIndent } from '@codemirror/commands';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { lintKeymap } from '@codemirror/lint';
import { Annotation, Compartment, EditorState } from '@codemirror/state';
import { EditorView, type KeyBinding, keymap, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { Meanings } from '@tinyobs/model/queryVariables';
import { promqlLanguage } from './promqlLanguage.js';

export interface PromqlEditor {
  /** Replaces the text if it differs; the cursor goes to the end. */
  readonly setText: (text: string) => void;
  readonly setVariables: (variables: Meanings) => void;
  readonly destroy: () => void;
}

interface Options {
  readonly parent: HTMLElement;
  readonly label: string;
  /** Shown while there is no text. */
  readonly hint: string;
  readonly text: string;
  readonly variables: Meanings;
  /** Where the cursor was in what stood here before; null where it had no focus. */
  readonly caret: number | null;
  readonly onEdit: (text: string) => void;
  readonly keys: EditorKeys;
}

/** What keys do beside editing; those of what is left out are those of every text. */
export interface EditorKeys {
  readonly onRun: () => void;
  readonly onHistory?: () => void;
  readonly onFormat?: () => void;
}

/** Marks what `setText` does, which is no edit to report. */
const setFromOutside = Annotation.define<boolean>();

/** CodeMirror for PromQL, which asks the server for names, helps and errors. Its own chunk, loaded on demand. */
export function createPromqlEditor(options: Options): PromqlEditor {
  const { parent, label, hint, text, variables, caret, onEdit, keys } = options;
  const language = new Compartment();
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      selection: { anchor: caret ?? text.length },
      extensions: [
        history(),
        closeBrackets(),
        bracketMatching(),
        autocompletion({ icons: false }),
        syntaxHighlighting(highlighting),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label }),
        placeholder(hint),
        language.of(promqlLanguage(variables)),
        // An open completion list takes Enter first.
        keymap.of([
          ...completionKeymap,
          ...bindingsOf(keys),
          ...closeBracketsKeymap,
          ...historyKeymap,
          ...lintKeymap,
          ...defaultKeymap,
        ]),
        EditorView.updateListener.of((update) => {
          const isOurs = update.transactions.every((transaction) => transaction.annotation(setFromOutside));
          if (update.docChanged && !isOurs) onEdit(update.state.doc.toString());
        }),
      ],
    }),
  });
  if (caret !== null) view.focus();
  return {
    setText: (next) => {
      const old = view.state.doc.toString();
      if (old === next) return;
      view.dispatch({
        changes: { from: 0, to: old.length, insert: next },
        selection: { anchor: next.length },
        annotations: setFromOutside.of(true),
      });
    },
    setVariables: (next) => view.dispatch({ effects: language.reconfigure(promqlLanguage(next)) }),
    destroy: () => view.destroy(),
  };
}

function bindingsOf({ onRun, onHistory, onFormat }: EditorKeys): KeyBinding[] {
  const doing = (key: string, what: (() => void) | undefined): KeyBinding[] => {
    if (what === undefined) return [];
    const run = () => {
      what();
      return true;
    };
    return [{ key, run }];
  };
  return [
    ...doing('Alt-ArrowUp', onHistory),
    ...doing('Shift-Alt-f', onFormat),
    ...doing('Mod-Enter', onRun),
    { key: 'Shift-Enter', run: insertNewlineAndIndent },
    ...doing('Enter', onRun),
  ];
}

/** Colours are the style sheet's, so both themes are right without a reconfiguration. */
const highlighting = HighlightStyle.define([
  { tag: tags.name, color: 'var(--ink)' },
  { tag: [tags.number, tags.literal], color: 'var(--code-number)' },
  { tag: tags.string, color: 'var(--code-string)' },
  { tag: tags.labelName, color: 'var(--code-label)' },
  { tag: [tags.keyword, tags.modifier, tags.operatorKeyword], color: 'var(--code-keyword)' },
  { tag: tags.function(tags.variableName), color: 'var(--code-function)' },
  { tag: [tags.operator, tags.paren, tags.squareBracket, tags.brace], color: 'var(--ink-2)' },
  { tag: tags.comment, color: 'var(--ink-3)', fontStyle: 'italic' },
  { tag: tags.invalid, color: 'var(--bad)' },
]);
