/** An axis: its label with the unit, and whether equal ratios or equal differences are equally far. */
export interface Axis {
  readonly label: string;
  readonly scale: 'log' | 'linear';
}

export interface Line {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface LinePlot {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly Line[];
}

const WIDTH = 720;
const HEIGHT = 380;
/** Room around the plot for labels. */
const ROOM = { left: 64, right: 28, top: 48, bottom: 56 };
/** To the right, where lines have names. */
const NAMES_ROOM = 190;
const BOTTOM = HEIGHT - ROOM.bottom;
/** Names of lines that end closer to each other are moved apart, px. */
const NAME_DISTANCE = 16;

/** Colours of lines, for light and for dark pages; each is told from its neighbours without colour vision too. */
const COLOURS: readonly (readonly [light: string, dark: string])[] = [
  ['#1f6f8b', '#6fc3df'],
  ['#b3541e', '#f0a06a'],
  ['#5b6f2a', '#b5cc74'],
  ['#6c4a8e', '#c3a6e2'],
];

const STYLE = [
  'text { font: 13px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #3a4149; }',
  '.title { font-size: 15px; font-weight: 600; fill: #1d2227; }',
  '.page { fill: #ffffff; } .grid { stroke: #e3e6ea; } .axis { stroke: #9aa3ad; }',
  'polyline { fill: none; stroke-width: 2; }',
  ...COLOURS.map(
    ([light], i) => `.stroke${i} { stroke: ${light}; } .fill${i}, text.fill${i} { fill: ${light}; }`,
  ),
  '@media (prefers-color-scheme: dark) {',
  'text { fill: #c2c9d1; } .title { fill: #eef1f4; }',
  '.page { fill: #14181c; } .grid { stroke: #2a3036; } .axis { stroke: #626c76; }',
  ...COLOURS.map(
    ([, dark], i) => `.stroke${i} { stroke: ${dark}; } .fill${i}, text.fill${i} { fill: ${dark}; }`,
  ),
  '}',
].join('\n');

/** An SVG page of lines through points, legible on light and dark pages; names stand where lines end. */
export function linePlot(plot: LinePlot): string {
  const points = plot.lines.flatMap((line) => line.points);
  const right = WIDTH - (plot.lines.length > 1 ? NAMES_ROOM : ROOM.right);
  const xTicks = ticksOf(
    plot.x,
    points.map(({ x }) => x),
  );
  const yTicks = ticksOf(
    plot.y,
    points.map(({ y }) => y),
  );
  const placeX = placement(plot.x, xTicks, { from: ROOM.left, to: right });
  const placeY = placement(plot.y, yTicks, { from: BOTTOM, to: ROOM.top });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img">`,
    `<title>${escapeText(plot.title)}</title>`,
    `<style>\n${STYLE}\n</style>`,
    `<rect class="page" width="${WIDTH}" height="${HEIGHT}" rx="6"/>`,
    text(plot.title, { x: ROOM.left, y: 26, classes: 'title' }),
    ...yTicks.flatMap((tick) => [
      `<line class="grid" x1="${ROOM.left}" x2="${right}" y1="${px(placeY(tick))}" y2="${px(placeY(tick))}"/>`,
      text(shortNumber(tick), { x: ROOM.left - 8, y: placeY(tick) + 4, anchor: 'end' }),
    ]),
    ...xTicks.map((tick) => text(shortNumber(tick), { x: placeX(tick), y: BOTTOM + 20, anchor: 'middle' })),
    `<line class="axis" x1="${ROOM.left}" x2="${right}" y1="${BOTTOM}" y2="${BOTTOM}"/>`,
    text(plot.x.label, { x: (ROOM.left + right) / 2, y: HEIGHT - 14, anchor: 'middle' }),
    `<g transform="translate(18 ${(ROOM.top + BOTTOM) / 2}) rotate(-90)">${text(plot.y.label, { x: 0, y: 0, anchor: 'middle' })}</g>`,
    ...plot.lines.flatMap((line, i) => drawLine(line, i, placeX, placeY)),
    ...drawNames(plot.lines, placeX, placeY),
    '</svg>',
    '',
  ].join('\n');
}

/** Round numbers that the values lie between: powers of ten, or steps of 1, 2 or 5 times one from 0 on. */
export function ticksOf({ scale }: Axis, values: readonly number[]): number[] {
  const most = Math.max(...values);
  if (scale === 'log') {
    const first = Math.floor(Math.log10(Math.min(...values)));
    const last = Math.ceil(Math.log10(most));
    return Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
  }
  const power = 10 ** Math.floor(Math.log10(most / 4));
  const step = power * ([1, 2, 5].find((times) => times * power * 5 >= most) ?? 10);
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, i) =>
    Number((i * step).toPrecision(12)),
  );
}

function placement(
  { scale }: Axis,
  ticks: readonly number[],
  { from, to }: { from: number; to: number },
): (value: number) => number {
  const at = scale === 'log' ? Math.log10 : (value: number): number => value;
  const first = at(ticks[0]);
  const span = at(ticks[ticks.length - 1]) - first;
  return (value) => from + ((at(value) - first) / span) * (to - from);
}

type Place = (value: number) => number;

function drawLine({ points }: Line, i: number, placeX: Place, placeY: Place): string[] {
  const places = points.map(({ x, y }) => ({ x: px(placeX(x)), y: px(placeY(y)) }));
  return [
    `<polyline class="stroke${colour(i)}" points="${places.map(({ x, y }) => `${x},${y}`).join(' ')}"/>`,
    ...places.map(({ x, y }) => `<circle class="fill${colour(i)}" cx="${x}" cy="${y}" r="3.5"/>`),
  ];
}

/** Where a line is alone the title names it. */
function drawNames(lines: readonly Line[], placeX: Place, placeY: Place): string[] {
  if (lines.length < 2) return [];
  const names = lines
    .map(({ name, points }, i) => ({ name, i, end: points[points.length - 1] }))
    .map(({ name, i, end }) => ({ name, i, x: placeX(end.x), y: placeY(end.y) }))
    .sort((a, b) => a.y - b.y);
  for (let i = 1; i < names.length; i++) {
    names[i].y = Math.max(names[i].y, names[i - 1].y + NAME_DISTANCE);
  }
  return names.map(({ name, i, x, y }) => text(name, { x: x + 10, y: y + 4, classes: `fill${colour(i)}` }));
}

function colour(line: number): number {
  return line % COLOURS.length;
}

function text(
  content: string,
  { x, y, anchor, classes }: { x: number; y: number; anchor?: 'middle' | 'end'; classes?: string },
): string {
  const attributes = [
    `x="${px(x)}" y="${px(y)}"`,
    ...(anchor ? [`text-anchor="${anchor}"`] : []),
    ...(classes ? [`class="${classes}"`] : []),
  ];
  return `<text ${attributes.join(' ')}>${escapeText(content)}</text>`;
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function shortNumber(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`;
  return value >= 1e3 ? `${value / 1e3}k` : String(Number(value.toPrecision(6)));
}

function escapeText(content: string): string {
  return content.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
