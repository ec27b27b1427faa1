import { Language } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { type Input, Parser, type PartialParse, type TreeFragment } from '@lezer/common';
import { LanguageType, promQLLanguage } from '@prometheus-io/codemirror-promql';
import type { Meanings } from '@tinyobs/model/queryVariables';
import { promqlCheck } from './promqlCheck.js';
import { promqlCompletion } from './promqlCompletion.js';
import { promqlHelp } from './promqlHelp.js';
import { variableCompletion, variableMarks } from './variables.js';
import { standIns } from './variableText.js';

/** PromQL with the variables that mean something in it: read, completed, explained and checked. */
export function promqlLanguage(meanings: Meanings): Extension {
  const { data, parser } = promQLLanguage(LanguageType.PromQL);
  return [
    new Language(data, new StandInParser(parser, meanings), [], 'promql'),
    data.of({ autocomplete: promqlCompletion(meanings) }),
    data.of({ autocomplete: variableCompletion(meanings) }),
    variableMarks(meanings),
    promqlHelp(meanings),
    promqlCheck(meanings),
  ];
}

/** Reads what stands in for variables in their place; all of it each time, which queries are short enough for. */
class StandInParser extends Parser {
  readonly #parser: Parser;
  readonly #meanings: Meanings;

  constructor(parser: Parser, meanings: Meanings) {
    super();
    this.#parser = parser;
    this.#meanings = meanings;
  }

  createParse(
    input: Input,
    _fragments: readonly TreeFragment[],
    ranges: readonly { from: number; to: number }[],
  ): PartialParse {
    const text = standIns(input.read(0, input.length), this.#meanings);
    return this.#parser.startParse(text, [], ranges);
  }
}
