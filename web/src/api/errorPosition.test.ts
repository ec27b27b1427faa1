import { describe, expect, it } from 'vitest';
import { parseErrorPosition } from './errorPosition.js';

describe('parseErrorPosition', () => {
  it('splits the position from the message', () => {
    expect(parseErrorPosition('1:5: parse error: unexpected ")"', 'sum()) ')).toEqual({
      position: { line: 1, column: 5 },
      text: 'parse error: unexpected ")"',
    });
  });

  it("skips Prometheus's parameter prefix", () => {
    const { position, text } = parseErrorPosition('invalid parameter "query": 1:2: parse error: no', 'a b');
    expect(position?.column).toBe(2);
    expect(text).toBe('parse error: no');
  });

  it('stays within the query', () => {
    const end = { line: 2, column: 4 };
    expect(parseErrorPosition('2:99: unexpected end of input', 'sum(\n  a').position).toEqual(end);
    expect(parseErrorPosition('3:1: beyond the last line', 'sum(\n  a').position).toBeNull();
  });

  it('leaves a message without a position alone', () => {
    const message = 'query timed out after 2:30 minutes';
    expect(parseErrorPosition(message, 'up')).toEqual({ position: null, text: message });
    expect(parseErrorPosition('0:0: odd', 'up').position).toBeNull();
  });
});
