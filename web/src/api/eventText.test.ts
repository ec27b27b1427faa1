import { describe, expect, it } from 'vitest';
import { EventText } from './eventText.js';

const TEXT = 'event: samples\ndata: {"time":"2026-11-21T05:00:00.000Z"}\n\n: alive\n\nevent: other\n\n';

describe('EventText', () => {
  it('finds events however the text is cut', () => {
    for (let cut = 0; cut <= TEXT.length; cut++) {
      const text = new EventText();
      const found = [...text.take(TEXT.slice(0, cut)), ...text.take(TEXT.slice(cut))];
      expect(found, `cut at ${cut}`).toEqual(['samples', 'other']);
    }
  });

  it('gives nothing for comments, and for what is not complete', () => {
    const text = new EventText();
    expect(text.take(': alive\n\n')).toEqual([]);
    expect(text.take('event: samples\ndata: {}\n')).toEqual([]);
  });
});
