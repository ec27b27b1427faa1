import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HEAT_COLOUR_COUNT } from '../chart/heatColour.js';

type Rgb = readonly [number, number, number];
type Tokens = ReadonlyMap<string, Rgb>;

const [light, dark] = readThemes();
const themes = [
  ['light', light],
  ['dark', dark],
] as const;
const SERIES = Array.from({ length: 8 }, (_, index) => `series-${index + 1}`);
const HEATS = Array.from({ length: HEAT_COLOUR_COUNT }, (_, index) => `heat-${index + 1}`);
const GROUNDS = ['bg', 'surface'];

describe.each(themes)('the %s theme', (_, tokens) => {
  const contrast = (a: string, b: string) => contrastOf(tokens.get(a)!, tokens.get(b)!);

  it('writes text with a contrast of 4.5 at least, wherever it may stand', () => {
    for (const ground of [...GROUNDS, 'raised', 'sunken', 'hover']) {
      for (const ink of ['ink', 'ink-2', 'ink-3', 'accent', 'good', 'warn', 'bad']) {
        expect(contrast(ink, ground), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      }
    }
    for (const [ink, ground] of [
      ['on-accent', 'accent'],
      ['accent', 'accent-soft'],
      ['good', 'good-soft'],
      ['bad', 'bad-soft'],
      ['ink', 'bad-soft'],
      ['warn', 'warn-soft'],
    ]) {
      expect(contrast(ink, ground), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('draws series with a contrast of 3 at least', () => {
    for (const series of SERIES) {
      for (const ground of GROUNDS) {
        expect(contrast(series, ground), `${series} on ${ground}`).toBeGreaterThanOrEqual(3);
      }
    }
  });

  it.each(Object.entries(eyes()))('has heat that rises from the ground for %s', (_eyes, matrix) => {
    const seen = ['surface', ...HEATS].map((heat) => oklab(apply(matrix, tokens.get(heat)!))[0]);
    const sign = Math.sign(seen.at(-1)! - seen[0]);
    for (let at = 1; at < seen.length; at++) {
      expect(sign * (seen[at] - seen[at - 1]), HEATS[at - 1]).toBeGreaterThan(0.04);
    }
  });

  it.each(Object.entries(eyes()))('has series that %s tells apart', (_eyes, matrix) => {
    const seen = SERIES.map((series) => oklab(apply(matrix, tokens.get(series)!)));
    for (let a = 0; a < seen.length; a++) {
      for (let b = 0; b < a; b++) {
        const distance = Math.hypot(...seen[a].map((value, at) => value - seen[b][at]));
        expect(distance, `${SERIES[a]} and ${SERIES[b]}`).toBeGreaterThan(0.075);
      }
    }
  });
});

/** The colours of both themes, linear, by the names of their tokens. */
function readThemes(): Tokens[] {
  const text = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
  return text.split(':root[data-theme="dark"]').map((part) => {
    const found = part.matchAll(/--([a-z0-9-]+): #([0-9a-f]{6});/g);
    return new Map([...found].map(([, name, hex]) => [name, linear(hex)]));
  });
}

function linear(hex: string): Rgb {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(0), channel(2), channel(4)];
}

/** Source: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrastOf(a: Rgb, b: Rgb): number {
  const [low, high] = [a, b]
    .map(([red, green, blue]) => 0.2126 * red + 0.7152 * green + 0.0722 * blue)
    .sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** What eyes make of linear colours. Source: Machado, Oliveira, Fernandes (2009), severity 1. */
function eyes(): Record<string, readonly Rgb[]> {
  return {
    'who sees all colours': [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
    'who sees no red': [
      [0.152286, 1.052583, -0.204868],
      [0.114503, 0.786281, 0.099216],
      [-0.003882, -0.048116, 1.051998],
    ],
    'who sees no green': [
      [0.367322, 0.860646, -0.227968],
      [0.280085, 0.672501, 0.047413],
      [-0.01182, 0.04294, 0.968881],
    ],
    'who sees no blue': [
      [1.255528, -0.076749, -0.178779],
      [-0.078411, 0.930809, 0.147602],
      [0.004733, 0.691367, 0.3039],
    ],
  };
}

function apply(matrix: readonly Rgb[], colour: Rgb): Rgb {
  const [red, green, blue] = matrix.map((row) =>
    Math.max(
      0,
      row.reduce((sum, factor, at) => sum + factor * colour[at], 0),
    ),
  );
  return [red, green, blue];
}

/** Where equal distances look equal. Source: https://bottosson.github.io/posts/oklab/ */
function oklab([red, green, blue]: Rgb): Rgb {
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}
