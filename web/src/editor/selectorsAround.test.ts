import { LanguageType, promQLLanguage } from '@prometheus-io/codemirror-promql';
import { describe, expect, it } from 'vitest';
import { selectorsAround, withLetters } from './selectorsAround.js';

/** With the cursor where the query has a `|`. */
function around(query: string): readonly string[] {
  const [before, after] = query.split('|');
  const text = before + after;
  const tree = promQLLanguage(LanguageType.PromQL).parser.parse(text);
  return selectorsAround({ text, tree }, before.length);
}

describe('selectorsAround', () => {
  it.each([
    ['a value among other matchers', 'up{job="api", route="|"}', ['up{job="api"}', 'up', '']],
    ['a name behind them', 'rate(up{job="api", x!~"b.*",|}[5m])', ['up{job="api", x!~"b.*"}', 'up', '']],
    ['a name before them', 'up{| , job="api"}', ['up{job="api"}', 'up', '']],
    ['a name that is begun', 'up{job="api", rou|}', ['up{job="api"}', 'up', '']],
    ['values of a metric with nothing else', 'up{job="|"}', ['up', '']],
    ['no metric', '{job="api", route="|"}', ['{job="api"}', '']],
    ['nothing at all', '{|}', ['']],
    ['a metric in quotes', '{"my.up", job="api", x="|"}', ['{"my.up", job="api"}', '{"my.up"}', '']],
    ['a label in quotes', 'up{"my.job"=\'a"b\', x="|"}', ['up{"my.job"=\'a"b\'}', 'up', '']],
    ['a bracket that is not closed', 'up{job="api", route="|', ['up{job="api"}', 'up', '']],
    ['the right one of two', 'up{job="api"} / down{job="w", x="|"}', ['down{job="w"}', 'down', '']],
    ['an expression without selector', 'vector(1|)', ['']],
  ])('finds them for %s', (_, query, selectors) => {
    expect(around(query)).toEqual(selectors);
  });

  it.each([
    ['without value', 'up{job=, x="|"}'],
    ['without operator', 'up{job, x="|"}'],
    ['whose value is not closed', 'up{x="|", job="api}'],
  ])('leaves out a matcher %s', (_, query) => {
    expect(around(query)).toEqual(['up', '']);
  });

  it.each([
    ['sum by (|) (rate(up{job="api"}[5m]))', ['up{job="api"}', 'up', '']],
    ['sum(rate(up{job="api"}[5m]) / down) by (ro|)', ['up{job="api"}', 'up', '']],
    ['up{job="api"} * on (|) down', ['up{job="api"}', 'up', '']],
    ['sum by (|)', ['']],
  ])('takes what is grouped where labels group: %s', (query, selectors) => {
    expect(around(query)).toEqual(selectors);
  });
});

describe('withLetters', () => {
  it('narrows selectors to what has the letters', () => {
    expect(withLetters(['up{job="api"}', 'up', ''], 'route', 'a.b"')).toEqual([
      'up{job="api", route=~"(?i).*a\\\\.b\\".*"}',
      'up{route=~"(?i).*a\\\\.b\\".*"}',
      '{route=~"(?i).*a\\\\.b\\".*"}',
    ]);
  });
});
