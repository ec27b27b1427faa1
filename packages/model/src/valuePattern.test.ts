import { describe, expect, it } from 'vitest';
import { takenValues } from './valuePattern.js';

describe('what an expression takes of values', () => {
  it.each([
    ['', ['b', 'a', 'a'], ['b', 'a', 'a']],
    ['eth', ['eth0', 'lo', 'veth1'], ['eth0', 'veth1']],
    ['^eth', ['eth0', 'lo', 'veth1'], ['eth0']],
    ['(?i)^ETH', ['eth0'], ['eth0']],
    ['^(.*):\\d+$', ['a:1', 'b:2', 'a:3', 'c'], ['a', 'b']],
    ['instance="([^"]+)"', ['up{instance="a:1",job="x"} 1 0', 'up{} 1 0'], ['a:1']],
    ['"([^"]+)"', ['up{instance="a",job="x"} 1 0'], ['a', 'x']],
    ['name="(?<text>.*?)",id="(?<value>.*?)"', ['x{name="Shop",id="7"} 1 0'], ['7']],
    ['(a)?b', ['b', 'ab'], ['a']],
    ['x*', ['yy'], ['yy']],
    ['.*', ['line\nbreak'], ['line\nbreak']],
  ])('%s of %j', (pattern, texts, expected) => {
    expect(takenValues(pattern, texts)).toEqual(expected);
  });

  it.each(['(', 'a{2,1}', '(?!a)', '(a)\\1'])('refuses %s', (pattern) => {
    expect(() => takenValues(pattern, [])).toThrow(expect.objectContaining({ code: 'query_parse' }));
  });

  it('refuses what would hold up whoever waits for it', () => {
    const long = 'a'.repeat(4_096);
    expect(takenValues('(a+)+$', [long])).toEqual([long]);
    expect(() => takenValues('(?:a?){1000}b', [long])).toThrow(
      expect.objectContaining({ code: 'query_execution' }),
    );
  });
});
