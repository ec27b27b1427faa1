import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, insertNewlineAndIndent } from '@codemirror/commands';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { lintKeymap } from '@codemirror/lint';
import { Annotation, EditorState } from '@codemirror/state';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { newCompleteStrategy, PromQLExtension } from '@prometheus-io/codemirror-promql';
import { promqlCheck } from './promqlCheck.js';
import { promqlHelp } from './promqlHelp.js';
import { promqlSource } from './promqlSource.js';
import { withSignatures } from './promqlTerms.js';

export interface PromqlEditor {
  /** Replaces the text if it differs; the cursor goes to the end. */
  readonly setText: (text: string) => void;
  readonly destroy: () => void;
}

interface Options {
  readonly parent: HTMLElement;
  readonly label: string;
  readonly text: string;
  /** Where the cursor was in what stood here before; null where it had no focus. */
  readonly caret: number | null;
  readonly onEdit: (text: string) => void;
  readonly onRun: () => void;
  readonly onHistory: () => void;
  readonly onFormat: () => void;
}

/** Marks what `setText` does, which is no edit to report. */
const setFromOutside = Annotation.define<boolean>();

/** CodeMirror for PromQL, which asks the server for names, helps and errors. Its own chunk, loaded on demand. */
export function createPromqlEditor(options: Options): PromqlEditor {
  const strategy = withSignatures(newCompleteStrategy({ remote: promqlSource }));
  const promql = new PromQLExtension().activateLinter(false).setComplete({ completeStrategy: strategy });
  const { parent, label, text, caret, onEdit } = options;
  const doing = (what: () => void) => () => {
    what();
    return true;
  };
  const run = doing(options.onRun);
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
        placeholder('PromQL, for example sum(rate(http_requests_total[5m]))'),
        promql.asExtension(),
        promqlCheck(),
        promqlHelp(),
        // An open completion list takes Enter first.
        keymap.of([
          ...completionKeymap,
          { key: 'Alt-ArrowUp', run: doing(options.onHistory) },
          { key: 'Shift-Alt-f', run: doing(options.onFormat) },
          { key: 'Mod-Enter', run },
          { key: 'Shift-Enter', run: insertNewlineAndIndent },
          { key: 'Enter', run },
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
    destroy: () => {
      view.destroy();
      promql.destroy();
    },
  };
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
