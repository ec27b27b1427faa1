import type { Queryable } from '@tinyobs/model';
import type { ArraySeries } from '../arrayQueryable.js';
import { Engine } from '../engine.js';
import type { QueryResult } from '../result.js';
import { compareInstant, compareMatrix, compareMessages, compareMiddleStep } from './compareResult.js';
import { type EvalCommand, parseScript } from './parseScript.js';
import type { SeriesNotation } from './seriesNotation.js';

/** What a script's samples are loaded into; every `clear` closes one and asks for the next. */
export interface ScriptStorage {
  readonly queryable: Queryable;
  load(series: readonly ArraySeries[]): Promise<void>;
  close(): Promise<void>;
}

export interface CaseResult {
  /** Of the `eval` command, from 1. */
  readonly line: number;
  readonly query: string;
  /** What differs from what was expected; undefined when nothing does. */
  readonly problem?: string;
}

export interface ScriptReport {
  readonly cases: readonly CaseResult[];
  readonly passed: number;
  readonly failed: readonly CaseResult[];
}

/** Instant queries are tried as the middle step of a range query, too; its steps are this far apart. */
const MIDDLE_STEP_MS = 60_000;

/**
 * Runs a script in Prometheus's test language; cases that fail do not stop it. As there, all that is experimental
 * is on unless an engine is given.
 *
 * @throws Error for a script that cannot be read, and what the storage throws.
 */
export async function runScript(
  text: string,
  makeStorage: () => Promise<ScriptStorage>,
  engine: Engine = new Engine({ experimental: true }),
): Promise<ScriptReport> {
  const cases: CaseResult[] = [];
  let storage = await makeStorage();
  try {
    for (const command of parseScript(text)) {
      if (command.kind === 'clear') {
        await storage.close();
        storage = await makeStorage();
      } else if (command.kind === 'load') {
        await storage.load(command.series.map((series) => samplesOf(series, command.stepMs)));
      } else {
        const problem = await runCase(engine, storage.queryable, command);
        cases.push({ line: command.line, query: command.query, problem });
      }
    }
  } finally {
    await storage.close();
  }
  const failed = cases.filter((one) => one.problem !== undefined);
  return { cases, passed: cases.length - failed.length, failed };
}

function samplesOf(series: SeriesNotation, stepMs: number): ArraySeries {
  const times: number[] = [];
  const values: (number | 'stale')[] = [];
  for (const [i, value] of series.values.entries()) {
    if (value === undefined) continue;
    times.push(i * stepMs);
    values.push(value);
  }
  return { labels: series.labels, times, values };
}

async function runCase(
  engine: Engine,
  queryable: Queryable,
  command: EvalCommand,
): Promise<string | undefined> {
  let result: QueryResult;
  try {
    result = command.isRange
      ? await engine.range(queryable, command.query, command)
      : await engine.instant(queryable, command.query, command.startMs);
  } catch (error) {
    return problemOfError(command, error);
  }
  if (command.fail) return 'it was expected to fail';
  const problem =
    compareMessages(command, result) ??
    (command.isRange ? compareMatrix(command, result.value) : compareInstant(command, result.value));
  const onlyInstant = command.ordered || command.rangeVector || command.text !== undefined;
  if (problem !== undefined || command.isRange || onlyInstant) return problem;
  return runAsMiddleStep(engine, queryable, command);
}

async function runAsMiddleStep(
  engine: Engine,
  queryable: Queryable,
  command: EvalCommand,
): Promise<string | undefined> {
  const { startMs: timeMs } = command;
  const range = { startMs: timeMs - MIDDLE_STEP_MS, endMs: timeMs + MIDDLE_STEP_MS, stepMs: MIDDLE_STEP_MS };
  try {
    const result = await engine.range(queryable, command.query, range);
    return compareMiddleStep(command, result.value, timeMs);
  } catch (error) {
    return `as a range query: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function problemOfError(command: EvalCommand, error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : String(error);
  if (!command.fail) return `it failed: ${message}`;
  const { text, pattern } = command.fail;
  if (text !== undefined && !message.includes(text)) return `it failed with another message: ${message}`;
  if (pattern && !pattern.test(message)) return `it failed with another message: ${message}`;
  return undefined;
}
