import { z } from 'zod';
import { PANELS_MAX, QUERIES_MAX, VARIABLES_MAX } from './limits.js';

/** Columns that panels are laid out in. */
export const COLUMNS = 24;

const line = (charactersMax: number) =>
  z
    .string()
    .max(charactersMax)
    .refine((text) => !/\p{Cc}/u.test(text), 'no control characters');

const slug = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'give 1 to 64 letters, digits, _ or -');

const query = z.strictObject({
  expr: z.string().max(10_000).describe('PromQL; a name after a dollar sign stands for a variable.'),
  legend: line(500).describe('Name of a series, with `{{label}}` for its labels; empty for all labels.'),
});

const threshold = z.strictObject({
  from: z.number(),
  role: z.enum(['good', 'warn', 'bad']),
});

/** Measures of values, by which they are written. */
export const UNITS = [
  'none',
  'bytes',
  'seconds',
  'milliseconds',
  'ratio',
  'percent',
  'perSecond',
  'bytesPerSecond',
] as const;

export const PANEL_KINDS = ['graph', 'stat', 'gauge', 'bars', 'table', 'heatmap', 'text', 'row'] as const;

export const panelSchema = z
  .strictObject({
    id: slug.describe('Unlike that of every other panel of the dashboard.'),
    kind: z.enum(PANEL_KINDS),
    title: line(300),
    description: z.string().max(4_000),
    x: z
      .int()
      .min(0)
      .max(COLUMNS - 1)
      .describe(`Column, of ${COLUMNS}.`),
    y: z.int().min(0).max(100_000).describe('Row.'),
    w: z.int().min(1).max(COLUMNS),
    h: z.int().min(1).max(100),
    queries: z.array(query).max(QUERIES_MAX),
    unit: z.enum(UNITS),
    thresholds: z.array(threshold).max(10),
    look: z.enum(['line', 'area', 'stacked', 'bars']).describe('How a graph is drawn.'),
    legend: z.enum(['list', 'table']).describe('Of a graph.'),
    min: z.number().optional().describe('Where the arc of a gauge begins.'),
    max: z.number().optional(),
    text: z.string().max(20_000).describe('Of a text panel, in a small part of Markdown.'),
  })
  .refine(({ x, w }) => x + w <= COLUMNS, { path: ['w'], message: `it ends past column ${COLUMNS}` })
  .meta({ id: 'Panel', description: 'One chart, figure, table or text of a dashboard.' });

const variable = z
  .strictObject({
    name: z.string().regex(/^[A-Za-z_]\w{0,63}$/, 'give letters, digits and _, no digit first'),
    label: line(100).describe('What readers see; empty for the name.'),
    kind: z
      .enum(['query', 'custom', 'interval', 'constant'])
      .describe('Values of a label, given values, durations, or one value that is not shown.'),
    labelName: line(500).describe('Whose values, where the kind is `query`.'),
    selector: z.string().max(10_000).describe('Of which series; empty for all. May use other variables.'),
    values: z.array(line(1_000)).max(500).describe('Where the kind is another.'),
    isMulti: z.boolean().describe('Whether several values may be chosen.'),
    hasAll: z.boolean().describe('Whether all of them may be.'),
  })
  .meta({ id: 'Variable', description: 'What the reader of a dashboard chooses, and its queries use.' });

/** All of a dashboard that people write. */
export const dashboardSchema = z
  .strictObject({
    title: line(200).refine((text) => text.trim() !== '', 'a dashboard needs a title'),
    description: z.string().max(4_000),
    tags: z.array(line(50).min(1)).max(20),
    range: z
      .string()
      .regex(/^([1-9]\d{0,5}[smhd])?$/, 'give a duration such as 6h, or nothing')
      .describe('The time it opens with; empty for the usual one.'),
    variables: z.array(variable).max(VARIABLES_MAX).superRefine(distinct('name')),
    panels: z.array(panelSchema).max(PANELS_MAX).superRefine(distinct('id')),
  })
  .meta({ id: 'Dashboard', description: 'All of a dashboard that people write.' });

export type Dashboard = z.output<typeof dashboardSchema>;
export type Panel = z.output<typeof panelSchema>;
export type Variable = z.output<typeof variable>;

/** What `PUT /v1/dashboards/{id}` takes. */
export const changeSchema = z.strictObject({
  version: z.int().min(1).describe('The version that was changed; another one there is a conflict.'),
  dashboard: dashboardSchema,
});

/** What `POST /v1/dashboards` takes. */
export const newDashboardSchema = z.strictObject({ dashboard: dashboardSchema });

function distinct<Name extends string>(name: Name) {
  return (items: readonly Readonly<Record<Name, string>>[], context: z.RefinementCtx): void => {
    items.forEach((item, place) => {
      if (items.findIndex((other) => other[name] === item[name]) === place) return;
      context.addIssue({ code: 'custom', path: [place, name], message: `there is another ${item[name]}` });
    });
  };
}
