import { CompletionContext } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { promqlSource } from './promqlSource.js';
import { labelsOf, valuesOf } from './serverNames.js';

/** What was asked of the server, and what it answers: names, a refusal, or nothing until it is given up. */
const asked: URL[] = [];
let answer: (url: URL) => readonly string[] | 'refused' | 'slow';

const contextOf = (text: string) =>
  new CompletionContext(EditorState.create({ doc: text }), text.length, false);
const matches = () => asked.map((url) => url.searchParams.getAll('match[]'));

beforeEach(() => {
  vi.stubGlobal('document', { baseURI: 'http://server/' });
  vi.stubGlobal('fetch', async (address: string, { signal }: { signal: AbortSignal }) => {
    const url = new URL(address);
    asked.push(url);
    const found = answer(url);
    if (found === 'slow') {
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    }
    const body =
      found === 'refused' ? { status: 'error', errorType: 'bad_data' } : { status: 'success', data: found };
    return new Response(JSON.stringify(body), { status: found === 'refused' ? 400 : 200 });
  });
});
afterEach(() => {
  asked.length = 0;
  vi.unstubAllGlobals();
});

describe('names that are offered', () => {
  it('are those of the first selector that the server can read', async () => {
    answer = (url) => (url.searchParams.get('match[]')?.includes('(') ? 'refused' : ['job']);
    expect(await labelsOf(['up{job=~"("}', 'up', ''])).toEqual(['job']);
    expect(matches()).toEqual([['up{job=~"("}'], ['up']]);
  });

  it('are asked for once in a while', async () => {
    answer = () => ['a'];
    await valuesOf('once', ['']);
    expect(await valuesOf('once', [''])).toEqual(['a']);
    expect(asked).toHaveLength(1);
  });

  it('are not kept where the asking was given up', async () => {
    answer = () => 'slow';
    const outdated = new AbortController();
    const first = valuesOf('given_up', [''], { signal: outdated.signal });
    outdated.abort();
    await expect(first).rejects.toThrow();
    answer = () => ['a'];
    expect(await valuesOf('given_up', [''])).toEqual(['a']);
  });

  it('are bounded; where there are more, they are asked for by the letters that are written', async () => {
    const all = Array.from({ length: 1_000 }, (_, at) => `v${at}`);
    answer = (url) => (url.search.includes('%28%3Fi%29') ? ['v7'] : all);
    const { client, isPartial } = promqlSource(contextOf('{route="V7'), {});
    expect(await client.labelValues('route')).toEqual(['v7']);
    expect(isPartial()).toBe(true);
    expect(matches()).toEqual([[], ['{route=~"(?i).*V7.*"}']]);
    expect(asked.map((url) => url.searchParams.get('limit'))).toEqual(['1000', '1000']);
  });

  it('are not asked for by letters that there are none of', async () => {
    answer = () => Array.from({ length: 1_000 }, (_, at) => `v${at}`);
    const { client, isPartial } = promqlSource(contextOf('{many="'), {});
    expect(await client.labelValues('many')).toHaveLength(1_000);
    expect(isPartial()).toBe(true);
    expect(asked).toHaveLength(1);
  });

  it('are complete where there are few', async () => {
    answer = () => ['a', 'b'];
    const { client, isPartial } = promqlSource(contextOf('{few="'), {});
    expect(await client.labelValues('few')).toEqual(['a', 'b']);
    expect(isPartial()).toBe(false);
  });
});
