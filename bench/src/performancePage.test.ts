import { describe, expect, it } from 'vitest';
import { fillPage } from './performancePage.js';

const PAGE = [
  '# Page',
  '<!-- results of table -->',
  'old table',
  '<!-- end -->',
  'prose',
  '<!-- results of soak -->',
  'old soak',
  '<!-- end -->',
  'the rest',
].join('\n');

describe('the page of figures', () => {
  it('takes the results of one bench and keeps the rest', () => {
    const filled = fillPage(PAGE, 'soak', '| new |\n');
    expect(filled).toBe(PAGE.replace('\nold soak\n', '\n\n| new |\n\n'));
    expect(fillPage(filled, 'soak', '| new |')).toBe(filled);
  });

  it('has to have a place for them', () => {
    expect(() => fillPage(PAGE, 'growth', 'text')).toThrow('growth');
  });
});
