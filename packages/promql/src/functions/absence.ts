import { Labels, METRIC_NAME } from '@tinyobs/model';
import { type Call, type Expr, withoutParens } from '../ast.js';
import { type Columns, ColumnsBuilder, LabelColumn } from '../eval/columns.js';
import type { Evaluator } from '../eval/evaluator.js';
import type { Grid } from '../eval/grid.js';
import { vectorOf } from '../eval/value.js';
import type { WorkClock } from '../eval/workClock.js';
import { define, type FunctionDefinition } from './definition.js';

/** Functions that give 1 where their argument has nothing. */
export const ABSENCE_FUNCTIONS: readonly FunctionDefinition[] = [
  define('absent', ['instant vector'], {
    kind: 'call',
    async evaluate(evaluator: Evaluator, call: Call, grid: Grid) {
      const columns = await evaluator.vector(call.args[0], grid);
      return vectorOf(await absence(columns, call.args[0], evaluator.clock));
    },
  }),
  define('absent_over_time', ['range vector'], {
    kind: 'call',
    async evaluate(evaluator: Evaluator, call: Call, grid: Grid) {
      const ofSummary = { samplesMin: 1, compute: () => 1 };
      const presence = { samplesMin: 1, prepare: () => () => 1, ofSummary };
      const present = await evaluator.windows(presence, call.args[0], call.func, grid);
      return vectorOf(await absence(present, call.args[0], evaluator.clock));
    },
  }),
];

async function absence(columns: Columns, expr: Expr, clock: WorkClock): Promise<Columns> {
  const { steps, count, present } = columns;
  const builder = new ColumnsBuilder(steps, 1);
  builder.addRow();
  builder.values.fill(1);
  builder.present.fill(1);
  for (let row = 0; row < count; row++) {
    for (let step = 0; step < steps; step++) {
      if (present[row * steps + step] === 1) builder.present[step] = 0;
    }
    if (clock.dueAfter(steps)) await clock.pause();
  }
  if (!builder.present.includes(1)) builder.dropRow();
  return builder.finish(LabelColumn.of([labelsOfMatchers(expr)], { distinct: true, sameName: true }));
}

/** The labels a selector asks for by `=`, each once; nothing is known of other expressions. */
function labelsOfMatchers(expr: Expr): Labels {
  const inner = withoutParens(expr);
  const selector = inner.type === 'matrixSelector' ? inner.selector : inner;
  if (selector.type !== 'vectorSelector') return Labels.EMPTY;
  const seen = new Set<string>();
  let labels = Labels.EMPTY;
  for (const { name, type, value } of selector.matchers) {
    if (name === METRIC_NAME) continue;
    const first = type === '=' && !seen.has(name);
    if (first) seen.add(name);
    labels = labels.with(name, first ? value : '');
  }
  return labels;
}
