import { type Agent, get } from 'node:http';
import type { PanelRow, Question } from './panel.js';

/** How long all questions of a row took together and each by itself, and the answers, in their order. */
export interface Asked {
  readonly elapsedMs: number;
  readonly questionMs: readonly number[];
  readonly answers: readonly string[];
}

export interface Target {
  readonly url: string;
  readonly agent: Agent;
  readonly endMs: number;
  /** Parameters sent with every question. */
  readonly extra: Readonly<Record<string, string>>;
}

/** Asks the questions of a row, as many at a time as it has connections; the clock stops at the last byte. */
export async function askRow(row: PanelRow, target: Target): Promise<Asked> {
  const paths = row.questions.map((question) => pathOf(question, target));
  const answers: string[] = [];
  const questionMs: number[] = [];
  let next = 0;
  const askOn = async (): Promise<void> => {
    while (next < paths.length) {
      const at = next++;
      const askedAt = performance.now();
      answers[at] = await ask(`${target.url}${paths[at]}`, target.agent);
      questionMs[at] = performance.now() - askedAt;
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: row.connections }, askOn));
  return { elapsedMs: performance.now() - started, questionMs, answers };
}

function pathOf({ query, range }: Question, { endMs, extra }: Target): string {
  const end = endMs / 1000;
  if (!range) return `/api/v1/query?${new URLSearchParams({ query, time: String(end), ...extra })}`;
  const start = String(end - range.spanMs / 1000);
  const step = String(range.stepMs / 1000);
  return `/api/v1/query_range?${new URLSearchParams({ query, start, end: String(end), step, ...extra })}`;
}

function ask(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = get(url, { agent }, (response) => {
      let answer = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        answer += text;
      });
      response.once('end', () => {
        if (response.statusCode === 200) resolve(answer);
        else reject(new Error(`${url} answered ${response.statusCode}: ${answer.slice(0, 300)}`));
      });
      response.once('error', reject);
    });
    sent.once('error', reject);
  });
}
