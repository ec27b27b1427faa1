import { describe, expect, it } from 'vitest';
import { ALL_SHOWN, isolate, isShown, settle, toggle, type Visibility } from './visibility.js';

const ALL = ['a', 'b', 'c'];
const shown = (now: Visibility) => ALL.filter((identity) => isShown(now, identity)).join('');

describe('which series are drawn', () => {
  it('is one alone, and all when it is chosen again', () => {
    const alone = isolate(ALL_SHOWN, 'b');
    expect(shown(alone)).toBe('b');
    expect(shown(isolate(alone, 'c'))).toBe('c');
    expect(shown(isolate(alone, 'b'))).toBe('abc');
  });

  it('is all but those that were taken away, with what comes later', () => {
    const without = toggle(toggle(ALL_SHOWN, 'a'), 'c');
    expect(shown(without)).toBe('b');
    expect(isShown(without, 'later')).toBe(true);
    expect(shown(toggle(without, 'a'))).toBe('ab');
  });

  it('grows beside one that was alone, without what comes later', () => {
    const two = toggle(isolate(ALL_SHOWN, 'a'), 'c');
    expect(shown(two)).toBe('ac');
    expect(isShown(two, 'later')).toBe(false);
  });

  it('is all where nothing would be left', () => {
    expect(settle(isolate(ALL_SHOWN, 'gone'), ALL)).toBe(ALL_SHOWN);
    const none = ALL.reduce(toggle, ALL_SHOWN);
    expect(shown(settle(none, ALL))).toBe('abc');
    const one = isolate(ALL_SHOWN, 'a');
    expect(settle(one, ALL)).toBe(one);
  });
});
