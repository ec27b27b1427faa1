import { parseDurationMs } from '@tinyobs/model';
import { parseString } from '../parser/literals.js';
import { parseScriptNumber, parseSeriesNotation, type SeriesNotation } from './seriesNotation.js';

export type Command =
  | { readonly kind: 'clear' }
  | { readonly kind: 'load'; readonly stepMs: number; readonly series: readonly SeriesNotation[] }
  | EvalCommand;

/** A message that has to be found; without text and pattern, any will do. */
export interface MessageExpectation {
  readonly text?: string;
  readonly pattern?: RegExp;
}

export interface EvalCommand {
  readonly kind: 'eval';
  readonly line: number;
  readonly query: string;
  /** An instant query has `startMs` alone: equal ends and no step. */
  readonly isRange: boolean;
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  ordered: boolean;
  fail?: MessageExpectation;
  readonly warn: MessageExpectation[];
  readonly info: MessageExpectation[];
  noWarn: boolean;
  noInfo: boolean;
  scalar?: number;
  text?: string;
  /** Times of the values when an instant query is to give a range vector. */
  rangeVector?: { readonly startMs: number; readonly stepMs: number };
  readonly series: SeriesNotation[];
}

const INSTANT = /^eval(?:_(fail|warn|ordered|info))?\s+instant\s+at\s+(\S+)\s+(.+)$/;
const RANGE = /^eval(?:_(fail|warn|info))?\s+range\s+from\s+(\S+)\s+to\s+(\S+)\s+step\s+(\S+)\s+(.+)$/;
const EXPECT = /^expect\s+(ordered|fail|warn|no_warn|info|no_info)(?:\s+(msg|regex):\s*(.+))?$/;
const EXPECT_RANGE = /^expect\s+range\s+vector\s+from\s+(\S+)\s+to\s+\S+\s+step\s+(\S+)$/;
const EXPECT_STRING = /^expect\s+string\s+(.+)$/;

/**
 * Reads a script in Prometheus's test language, floats only.
 *
 * @throws Error naming the line that is not understood.
 * Source: https://github.com/prometheus/prometheus/blob/main/promql/promqltest/README.md
 */
export function parseScript(text: string): Command[] {
  const lines = text.split('\n').map((line) => (line.trim().startsWith('#') ? '' : line.trim()));
  const commands: Command[] = [];
  let at = 0;
  while (at < lines.length) {
    const first = at++;
    if (lines[first] === '') continue;
    const block: string[] = [];
    if (lines[first] !== 'clear') while (at < lines.length && lines[at] !== '') block.push(lines[at++]);
    try {
      commands.push(parseCommand(lines[first], block, first + 1));
    } catch (cause) {
      throw new Error(`line ${first + 1}: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
    }
  }
  return commands;
}

function parseCommand(head: string, block: readonly string[], line: number): Command {
  if (head === 'clear') return { kind: 'clear' };
  const load = /^load\s+(\S+)$/.exec(head);
  if (load) return { kind: 'load', stepMs: timeMs(load[1]), series: block.map(parseSeriesNotation) };
  const command = parseEval(head, line);
  for (const expectation of block) addExpectation(command, expectation);
  return command;
}

function parseEval(head: string, line: number): EvalCommand {
  const instant = INSTANT.exec(head);
  const range = instant ? null : RANGE.exec(head);
  const found = instant ?? range;
  if (!found) throw new Error(`not a command: ${head}`);
  const mode = found[1];
  const startMs = timeMs(found[2]);
  return {
    kind: 'eval',
    line,
    query: found[found.length - 1],
    isRange: range !== null,
    startMs,
    endMs: range ? timeMs(range[3]) : startMs,
    stepMs: range ? timeMs(range[4]) : 0,
    ordered: mode === 'ordered',
    fail: mode === 'fail' ? {} : undefined,
    warn: mode === 'warn' ? [{}] : [],
    info: mode === 'info' ? [{}] : [],
    noWarn: false,
    noInfo: false,
    series: [],
  };
}

function addExpectation(command: EvalCommand, line: string): void {
  const range = EXPECT_RANGE.exec(line);
  const text = EXPECT_STRING.exec(line);
  const found = EXPECT.exec(line);
  if (range) {
    command.rangeVector = { startMs: timeMs(range[1]), stepMs: timeMs(range[2]) };
  } else if (text) {
    command.text = parseString(text[1]);
    if (command.text === undefined) throw new Error(`not a string: ${text[1]}`);
  } else if (found) {
    addAnnotation(command, found[1], messageOf(found[2], found[3]));
  } else if (parseScriptNumber(line) !== undefined) {
    command.scalar = parseScriptNumber(line);
  } else {
    command.series.push(parseSeriesNotation(line));
  }
}

function addAnnotation(command: EvalCommand, kind: string, message: MessageExpectation): void {
  if (kind === 'ordered') command.ordered = true;
  else if (kind === 'fail') command.fail = message;
  else if (kind === 'warn') command.warn.push(message);
  else if (kind === 'info') command.info.push(message);
  else if (kind === 'no_warn') command.noWarn = true;
  else command.noInfo = true;
}

function messageOf(kind: string | undefined, text: string): MessageExpectation {
  if (kind === undefined) return {};
  return kind === 'msg' ? { text: text.trim() } : { pattern: new RegExp(text.trim()) };
}

/** A duration, or a plain number of seconds. */
function timeMs(text: string): number {
  const seconds = parseScriptNumber(text);
  return seconds === undefined ? parseDurationMs(text) : seconds * 1000;
}
