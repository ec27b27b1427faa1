import { describe, expect, it } from 'vitest';
import { createLog } from './log.js';

function logTo(lines: string[], level = 'info') {
  return createLog(level, { write: (line) => void lines.push(line) });
}

describe('the logger', () => {
  it('writes a line of JSON, whatever characters are in it', () => {
    const lines: string[] = [];
    const strange = 'a\nb\u001b[31m\u007f\u0085\u009b2J\u2028\u202e ü€😀';
    logTo(lines).warn({ path: strange, err: new Error(strange) }, strange);
    expect(lines).toHaveLength(1);
    expect(lines[0].trimEnd()).not.toMatch(/[^ -~ü€😀]/u);
    expect(JSON.parse(lines[0])).toMatchObject({
      name: 'tinyobs',
      path: strange,
      msg: strange,
      err: { message: strange },
    });
  });

  it('writes more or less from the moment on that its level is changed', () => {
    const lines: string[] = [];
    const log = logTo(lines);
    log.debug('one');
    log.level = 'debug';
    log.debug('two');
    log.level = 'error';
    log.info('three');
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['two']);
  });
});
