import { describe, expect, it } from 'vitest';
import { type EmbedAddress, formatEmbedAddress, frameOf, parseEmbedAddress } from './embedAddress.js';

const PLAIN: EmbedAddress = {
  ...{ dashboard: '0123456789ab', panel: 'panel-1', theme: 'system', values: {}, grant: '' },
  ...{ range: { kind: 'last', seconds: 900 }, zone: 'local', refresh: 60 },
};

function parse(text: string): EmbedAddress | null {
  return parseEmbedAddress(new URL(text, 'https://tinyobs.example/obs/'));
}

describe('the address of a panel in a frame', () => {
  it.each<[string, Partial<EmbedAddress>]>([
    ['embed/0123456789ab/panel-1', {}],
    ['embed/0123456789ab/panel-1?theme=dark', { theme: 'dark' }],
    ['embed/0123456789ab/panel-1?range=6h', { range: { kind: 'last', seconds: 21_600 } }],
    [
      'embed/0123456789ab/panel-1?from=1&to=2&zone=utc',
      { range: { kind: 'fixed', startSec: 1, endSec: 2 }, zone: 'utc' },
    ],
    ['embed/0123456789ab/panel-1?refresh=off#tinyobs_0_x', { refresh: 'off', grant: 'tinyobs_0_x' }],
    ['embed/0123456789ab/panel-1?var-job=a%26b&var-job=c', { values: { job: ['a&b', 'c'] } }],
  ])('%s is read, and written as it was', (text, change) => {
    expect(parse(text)).toEqual({ ...PLAIN, ...change });
    expect(formatEmbedAddress({ ...PLAIN, ...change })).toBe(text);
  });

  it.each(['', 'embed.html', 'embed/x/panel-1', 'embed/0123456789ab/', 'embed/0123456789ab/a/b'])(
    'names no panel: %s',
    (text) => {
      expect(parse(text)).toBeNull();
    },
  );

  it('does not ask for the stream of news', () => {
    expect(parse('embed/0123456789ab/panel-1?refresh=live&theme=pink')).toEqual(PLAIN);
  });

  it('is put into a page as an attribute, whatever the title says', () => {
    expect(frameOf('https://a.example/?a=1&b=2#c', '"><script>')).toContain(
      'src="https://a.example/?a=1&amp;b=2#c" title="&quot;&gt;&lt;script&gt;"',
    );
  });
});
