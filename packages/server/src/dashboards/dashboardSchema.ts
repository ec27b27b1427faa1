import { z } from 'zod';
import { COLUMNS, completePanels } from './completePanels.js';
import { PANELS_MAX, QUERIES_MAX, ROWS_MAX, VARIABLES_MAX } from './limits.js';
import { valuePatternSchema } from './valuePatternSchema.js';

const line = (charactersMax: number) =>
  z
    .string()
    .max(charactersMax)
    .refine((text) => !/\p{Cc}/u.test(text), 'no control characters');

const slug = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'give 1 to 64 letters, digits, _ or -');

const queryFields = {
  expr: z.string().max(10_000).describe('PromQL; a name after a dollar sign stands for a variable.'),
  legend: line(500).describe('Name of a series, with `{{label}}` for its labels; empty for all labels.'),
};

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

const panelFields = {
  id: slug.describe('Unlike that of every other panel of the dashboard.'),
  kind: z.enum(PANEL_KINDS),
  title: line(300),
  description: z.string().max(4_000),
  x: z
    .int()
    .min(0)
    .max(COLUMNS - 1)
    .describe(`Column, of ${COLUMNS}.`),
  y: z.int().min(0).max(ROWS_MAX).describe('Row.'),
  w: z.int().min(1).max(COLUMNS),
  h: z.int().min(1).max(100),
  queries: z.array(z.strictObject(queryFields)).max(QUERIES_MAX),
  unit: z.enum(UNITS),
  thresholds: z.array(threshold).max(10),
  look: z.enum(['line', 'area', 'stacked', 'bars']).describe('How a graph is drawn.'),
  legend: z.enum(['list', 'table']).describe('Of a graph.'),
  min: z.number().optional().describe('Where the arc of a gauge begins.'),
  max: z.number().optional(),
  text: z.string().max(20_000).describe('Of a text panel, in a small part of Markdown.'),
  repeat: z
    .string()
    .regex(/^([A-Za-z_]\w{0,63})?$/, 'give the name of a variable, or nothing')
    .describe('A variable, for each chosen value of which the panel is shown; empty to show it once.'),
  perRow: z
    .int()
    .min(1)
    .max(COLUMNS)
    .describe('How many of a repeated panel share the width; with 1 each keeps the width of the panel.'),
};

/** As it is kept and answered. */
export const panelSchema = z
  .strictObject(panelFields)
  .meta({ id: 'Panel', description: 'One chart, figure, table or text of a dashboard.' });

const givenPanel = z
  .strictObject({
    ...panelFields,
    id: panelFields.id.optional(),
    kind: panelFields.kind.default('graph'),
    title: panelFields.title.default(''),
    description: panelFields.description.default(''),
    x: panelFields.x.optional(),
    y: panelFields.y.optional(),
    w: panelFields.w.default(12),
    h: panelFields.h.default(8),
    queries: z
      .array(z.strictObject({ ...queryFields, legend: queryFields.legend.default('') }))
      .max(QUERIES_MAX)
      .default([]),
    unit: panelFields.unit.default('none'),
    thresholds: panelFields.thresholds.default([]),
    look: panelFields.look.default('line'),
    legend: panelFields.legend.default('list'),
    text: panelFields.text.default(''),
    repeat: panelFields.repeat.default(''),
    perRow: panelFields.perRow.default(4),
  })
  .refine(({ x = 0, w }) => x + w <= COLUMNS, { path: ['w'], message: `it ends past column ${COLUMNS}` })
  .meta({
    id: 'PanelInput',
    description:
      'A panel as it is sent: what is not there has its default, and without `x` and `y` it comes below those that have a place.',
  });

const variableFields = {
  name: z.string().regex(/^[A-Za-z_]\w{0,63}$/, 'give letters, digits and _, no digit first'),
  label: line(100).describe('What readers see; empty for the name.'),
  kind: z
    .enum(['query', 'result', 'custom', 'interval', 'constant'])
    .describe(
      'Values of a label, series of a query, given values, durations, or one value that is not shown.',
    ),
  labelName: line(500).describe('Whose values, where the kind is `query`.'),
  selector: z
    .string()
    .max(10_000)
    .describe(
      'Of which series, empty for all; the query where the kind is `result`. May use other variables.',
    ),
  regex: valuePatternSchema,
  values: z.array(line(1_000)).max(500).describe('Where the kind is another.'),
  isMulti: z.boolean().describe('Whether several values may be chosen.'),
  hasAll: z.boolean().describe('Whether all of them may be.'),
};

const variable = z
  .strictObject(variableFields)
  .meta({ id: 'Variable', description: 'What the reader of a dashboard chooses, and its queries use.' });

const givenVariable = z
  .strictObject({
    ...variableFields,
    label: variableFields.label.default(''),
    kind: variableFields.kind.default('query'),
    labelName: variableFields.labelName.optional(),
    selector: variableFields.selector.default(''),
    regex: variableFields.regex.default(''),
    values: variableFields.values.default([]),
    isMulti: variableFields.isMulti.default(false),
    hasAll: variableFields.hasAll.default(false),
  })
  .transform((given) => ({ ...given, labelName: given.labelName ?? given.name }))
  .meta({
    id: 'VariableInput',
    description:
      'A variable as it is sent: what is not there has its default, and `labelName` is then its `name`.',
  });

const dashboardFields = {
  title: line(200).refine((text) => text.trim() !== '', 'a dashboard needs a title'),
  description: z.string().max(4_000),
  tags: z.array(line(50).min(1)).max(20),
  range: z
    .string()
    .regex(/^([1-9]\d{0,5}[smhd])?$/, 'give a duration such as 6h, or nothing')
    .describe('The time it opens with; empty for the usual one.'),
  variables: z.array(variable).max(VARIABLES_MAX),
  panels: z.array(panelSchema).max(PANELS_MAX),
};

/** As it is kept and answered. */
export const dashboardSchema = z
  .strictObject(dashboardFields)
  .meta({ id: 'Dashboard', description: 'All of a dashboard that people write.' });

/** As it is sent: only what has no natural default must be there. What comes out is whole. */
export const givenDashboardSchema = z
  .strictObject({
    ...dashboardFields,
    description: dashboardFields.description.default(''),
    tags: dashboardFields.tags.default([]),
    range: dashboardFields.range.default(''),
    variables: z.array(givenVariable).max(VARIABLES_MAX).superRefine(distinct('name')).default([]),
    panels: z
      .array(givenPanel)
      .max(PANELS_MAX)
      .superRefine(distinct('id'))
      .transform(completePanels)
      .refine(
        (panels) => panels.every(({ y }) => y <= ROWS_MAX),
        'there is no room left below: give the panels without a place one',
      )
      .default([]),
  })
  .meta({
    id: 'DashboardInput',
    description: 'A dashboard as it is sent: what is not there has its default, only the title must be.',
  });

export type Dashboard = z.output<typeof givenDashboardSchema>;
export type Panel = Dashboard['panels'][number];
export type Variable = Dashboard['variables'][number];

/** What `PUT /v1/dashboards/{id}` takes. */
export const changeSchema = z.strictObject({
  version: z.int().min(1).describe('The version that was changed; another one there is a conflict.'),
  dashboard: givenDashboardSchema,
});

/** What `POST /v1/dashboards` takes, which is also what the dashboard exports. */
export const newDashboardSchema = z.strictObject({
  tinyobsDashboard: z.literal(1).optional().describe('What an exported file has, to be known by.'),
  dashboard: givenDashboardSchema,
});

/** Those that are given. */
function distinct<Name extends string>(name: Name) {
  return (items: readonly Readonly<Partial<Record<Name, string>>>[], context: z.RefinementCtx): void => {
    items.forEach((item, place) => {
      if (item[name] === undefined) return;
      if (items.findIndex((other) => other[name] === item[name]) === place) return;
      context.addIssue({ code: 'custom', path: [place, name], message: `there is another ${item[name]}` });
    });
  };
}
