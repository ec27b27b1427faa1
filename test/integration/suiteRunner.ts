import {
  chai,
  GLOBAL_EXPECT,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from '@vitest/expect';

/** Stands in for vitest in a browser, so that suites written for it run there as they are. */

export interface Outcome {
  readonly name: string;
  /** What it failed with. */
  readonly failure?: string;
}

interface Case extends Outcome {
  readonly hooks: readonly Hooks[];
  readonly body: Step;
}

interface Hooks {
  readonly title: string;
  readonly before: Step[];
  readonly after: Step[];
}

type Step = () => unknown;

const CASE_MS_MAX = 30_000;

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);
export const expect = chai.expect;
Object.defineProperty(globalThis, GLOBAL_EXPECT, { value: expect });
setState({ assertionCalls: 0 }, expect as never);

const cases: Case[] = [];
const open: Hooks[] = [];

export function describe(title: string, define: () => void): void {
  open.push({ title, before: [], after: [] });
  define();
  open.pop();
}

export function it(title: string, body: Step): void {
  const name = [...open.map((hooks) => hooks.title), title].join(' > ');
  cases.push({ name, hooks: [...open], body });
}

export function beforeEach(step: Step): void {
  open[open.length - 1].before.push(step);
}

export function afterEach(step: Step): void {
  open[open.length - 1].after.push(step);
}

/** Runs every case that was described, one after the other. */
export async function runCases(): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const one of cases) {
    const failure = await failureOf(() => withinTime(runCase(one)));
    outcomes.push(failure === undefined ? { name: one.name } : { name: one.name, failure });
  }
  return outcomes;
}

async function runCase({ hooks, body }: Case): Promise<void> {
  for (const { before } of hooks) for (const step of before) await step();
  const failures = [await failureOf(body)];
  for (const { after } of [...hooks].reverse())
    for (const step of after) failures.push(await failureOf(step));
  const failed = failures.filter((failure) => failure !== undefined);
  if (failed.length > 0) throw new Error(failed.join('\n'));
}

async function failureOf(step: Step): Promise<string | undefined> {
  try {
    await step();
    return undefined;
  } catch (error) {
    return error instanceof Error ? `${error.message}\n${error.stack}` : String(error);
  }
}

function withinTime(run: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<void>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${CASE_MS_MAX} ms`)), CASE_MS_MAX);
  });
  return Promise.race([run, late]).finally(() => clearTimeout(timer));
}
