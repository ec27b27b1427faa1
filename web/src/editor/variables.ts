import type { Completion, CompletionSource } from '@codemirror/autocomplete';
import { type Extension, Prec } from '@codemirror/state';
import { Decoration, EditorView } from '@codemirror/view';
import { type Meanings, placedVariables } from '@tinyobs/model/queryVariables';
import { isDuration, meaningText } from './variableText.js';

/** Completes variables behind `$` and `${`, and those that are durations where a window begins. */
export function variableCompletion(meanings: Meanings): CompletionSource {
  return (context) => {
    const begun = context.matchBefore(/\$\{?\w*$/);
    const isWindow = begun === null && context.matchBefore(/[^[]\[$/) !== null;
    const names = Object.keys(meanings).filter((name) => begun !== null || (isWindow && isWindowOf(name)));
    if (names.length === 0) return null;
    const isBraced = begun?.text.startsWith('${') ?? false;
    // A bracket that was closed as it was opened is part of what is completed.
    const isClosed = isBraced && context.state.sliceDoc(context.pos, context.pos + 1) === '}';
    return {
      from: begun?.from ?? context.pos,
      to: isClosed ? context.pos + 1 : context.pos,
      options: names.map(
        (name): Completion => ({
          label: isBraced ? `\${${name}}` : `$${name}`,
          detail: meaningText(name, meanings),
          type: 'variable',
        }),
      ),
      validFor: /^\$(?:\w*|\{\w*\}?)$/,
    };
  };

  function isWindowOf(name: string): boolean {
    const { values } = meanings[name];
    return values.length === 1 && isDuration(values[0]);
  }
}

/** Shows which of what is written are variables that stand for something. */
export function variableMarks(meanings: Meanings): Extension {
  const mark = Decoration.mark({ class: 'cm-variable' });
  const marks = EditorView.decorations.compute(['doc'], ({ doc }) =>
    Decoration.set(placedVariables(doc.toString(), meanings).map(({ from, to }) => mark.range(from, to))),
  );
  // Within the colours of the language, which they take the place of.
  return Prec.highest(marks);
}
