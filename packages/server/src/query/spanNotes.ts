import { type StepSpan, sharedSteps } from './stepSpan.js';

/** What an evaluation had to say about its steps. */
export interface SpanNotes extends StepSpan {
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
}

/** Those of evaluations that some of the steps come from; what is said again of the steps that follow is one. */
export function notesWithin(all: readonly SpanNotes[], span: StepSpan): SpanNotes[] {
  const notes: SpanNotes[] = [];
  for (const one of all) {
    const last = notes.at(-1);
    if (!sharedSteps(one, span) || isEmpty(one)) continue;
    if (last && saysTheSame(last, one)) notes[notes.length - 1] = { ...last, toMs: one.toMs };
    else notes.push(one);
  }
  return notes;
}

/** All texts, each once. */
export function textsOf(notes: readonly SpanNotes[]): { warnings: string[]; infos: string[] } {
  return {
    warnings: [...new Set(notes.flatMap(({ warnings }) => warnings))],
    infos: [...new Set(notes.flatMap(({ infos }) => infos))],
  };
}

function isEmpty({ warnings, infos }: SpanNotes): boolean {
  return warnings.length === 0 && infos.length === 0;
}

function saysTheSame(a: SpanNotes, b: SpanNotes): boolean {
  return a.warnings.join('\n') === b.warnings.join('\n') && a.infos.join('\n') === b.infos.join('\n');
}
