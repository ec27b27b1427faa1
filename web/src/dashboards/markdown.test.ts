import { describe, expect, it } from 'vitest';
import { readMarkdown } from './markdown.js';

describe('the text of text panels', () => {
  it('has headings, paragraphs, lists and code', () => {
    expect(readMarkdown('# Top\nsome\ntext\n\n- one\n* two\n```\n<b>\n```\nend')).toEqual([
      { kind: 'heading', level: 1, spans: [{ kind: 'text', text: 'Top' }] },
      { kind: 'paragraph', spans: [{ kind: 'text', text: 'some text' }] },
      { kind: 'list', items: [[{ kind: 'text', text: 'one' }], [{ kind: 'text', text: 'two' }]] },
      { kind: 'code', text: '<b>' },
      { kind: 'paragraph', spans: [{ kind: 'text', text: 'end' }] },
    ]);
  });

  it('has words that are strong, code and links', () => {
    expect(readMarkdown('a **b** *c* `d` [e](https://f.example/)')).toEqual([
      {
        kind: 'paragraph',
        spans: [
          { kind: 'text', text: 'a ' },
          { kind: 'strong', text: 'b' },
          { kind: 'text', text: ' ' },
          { kind: 'emphasis', text: 'c' },
          { kind: 'text', text: ' ' },
          { kind: 'code', text: 'd' },
          { kind: 'text', text: ' ' },
          { kind: 'link', text: 'e', href: 'https://f.example/' },
        ],
      },
    ]);
  });

  it.each([
    '[x](javascript:alert)',
    '[x](data:text/html,a)',
    '[x](//evil.example)',
    '<script>alert(1)</script>',
  ])('takes %s for text', (text) => {
    expect(readMarkdown(text)).toEqual([{ kind: 'paragraph', spans: [{ kind: 'text', text }] }]);
  });
});
