import { TinyObsError } from './errors.js';
import { compileRegex, stepsOver } from './matcher.js';

/** Most steps of searching one text, each of some 50 ns at worst: it cannot be interrupted. */
const SEARCH_STEPS_MAX = 1_000_000;

/** The group whose name says that it is the value. */
const VALUE_GROUP = 'value';

/**
 * What an expression of RE2 takes of texts, each once: of each place that it finds the group `value`, or its first
 * group; of an expression without groups the whole text where it is found. Nothing of a text where it is not found.
 * All texts as they are where the expression is empty.
 *
 * @throws TinyObsError `query_parse` for a bad expression, `query_execution` where it would take too long
 */
export function takenValues(pattern: string, texts: readonly string[]): readonly string[] {
  if (pattern === '') return texts;
  const { regex, shape } = compileRegex(pattern);
  const group = regex.namedGroups()[VALUE_GROUP] ?? 1;
  const isWhole = regex.groupCount() === 0;
  const taken = new Set<string>();
  for (const text of texts) {
    if (stepsOver(shape, text) > SEARCH_STEPS_MAX) throw tooLong(text);
    const matcher = regex.matcher(text);
    while (matcher.find()) {
      const value = isWhole ? text : matcher.group(group);
      if (value !== null && value !== '') taken.add(value);
      if (isWhole) break;
    }
  }
  return [...taken];
}

function tooLong({ length }: string): TinyObsError {
  return new TinyObsError(
    'query_execution',
    `the regular expression would take too long over a value of ${length} characters: simplify it`,
  );
}
