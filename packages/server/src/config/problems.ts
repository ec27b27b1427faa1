import { nearestName, TinyObsError } from '@tinyobs/model';

/** Something that is wrong with a configuration. */
export interface ConfigProblem {
  readonly code: 'config_invalid' | 'config_unknown_key';
  /** The key or variable that is concerned; undefined where a whole file is. */
  readonly key: string | undefined;
  /** Where it is written, such as `tinyobs.yaml:3`; undefined where the host's program gave it. */
  readonly origin: string | undefined;
  readonly text: string;
}

/** Anything but an unknown key. */
export function invalid(key: string | undefined, origin: string | undefined, text: string): ConfigProblem {
  return { code: 'config_invalid', key, origin, text };
}

/** Names the key and, where one is near, the known name that was probably meant. */
export function unknownKey(
  key: string,
  { kind, known, origin }: { kind: string; known: Iterable<string>; origin?: string },
): ConfigProblem {
  const near = nearestName(key, [...known]);
  const advice = near === undefined ? 'see docs/configuration.md for all of them' : `did you mean ${near}?`;
  return { code: 'config_unknown_key', key, origin, text: `unknown ${kind} ${key}; ${advice}` };
}

/** All problems as one error, a line each. */
export function problemsError(problems: readonly ConfigProblem[]): TinyObsError {
  const lines = problems.map(({ origin, text }) => (origin === undefined ? text : `${origin}: ${text}`));
  const message =
    lines.length === 1 ? lines[0] : `${lines.length} problems in the configuration:\n${lines.join('\n')}`;
  const code = problems.find((problem) => problem.code === 'config_invalid')?.code ?? problems[0].code;
  return new TinyObsError(code, message, { details: { key: problems[0].key, problems: problems.length } });
}
