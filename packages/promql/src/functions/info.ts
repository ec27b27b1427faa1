import { Labels, type Matcher, METRIC_NAME, TinyObsError } from '@tinyobs/model';
import type { Call } from '../ast.js';
import { type Columns, ColumnsBuilder, LabelColumn, mergeEqualLabels } from '../eval/columns.js';
import type { Evaluator } from '../eval/evaluator.js';
import type { Grid } from '../eval/grid.js';
import { vectorOf } from '../eval/value.js';
import { define, experimental, type FunctionDefinition } from './definition.js';

/** Labels by which a series and the information about it are known to belong together. */
const IDENTIFYING: ReadonlySet<string> = new Set(['instance', 'job']);

/** Adds to every series the labels of the info series that belong to it. */
export const INFO_FUNCTIONS: readonly FunctionDefinition[] = [
  experimental(
    define('info', ['instant vector', 'instant vector'], { kind: 'call', evaluate: info }, { optional: 1 }),
  ),
];

/** Source: https://prometheus.io/docs/prometheus/latest/querying/functions/#info */
async function info(evaluator: Evaluator, call: Call, grid: Grid) {
  const base = await evaluator.vector(call.args[0], grid);
  const { selector, columns: infos } = await evaluator.infoSeries(call, grid);
  const isName = ({ name }: Matcher) => name === METRIC_NAME;
  const nameMatchers = selector.matchers.filter(isName);
  const dataMatchers = selector.matchers.filter((matcher) => !isName(matcher));
  const enrichment = new Enrichment(infos, dataMatchers);
  const builder = new ColumnsBuilder(grid.steps, 0);
  const labels: Labels[] = [];
  for (let row = 0; row < base.count; row++) {
    const own = base.labels.at(row);
    const isInfo = nameMatchers.every((matcher) => matcher.matches(own.metricName));
    // A series has a row for every set of labels it is given over time.
    const rowsByKey = new Map<string, number>();
    for (let step = 0; step < grid.steps; step++) {
      const from = row * grid.steps + step;
      if (base.present[from] === 0) continue;
      if (evaluator.clock.due) await evaluator.clock.pause();
      const enriched = isInfo ? own : enrichment.labelsFor(own, step);
      if (!enriched) continue;
      let start = rowsByKey.get(enriched.key);
      if (start === undefined) {
        evaluator.work.budget.hold(grid.steps);
        if (builder.isFull) await builder.makeRoom(evaluator.clock);
        start = builder.addRow();
        rowsByKey.set(enriched.key, start);
        labels.push(enriched);
      }
      builder.values[start + step] = base.values[from];
      builder.present[start + step] = 1;
    }
  }
  return vectorOf(await mergeEqualLabels(builder.finish(LabelColumn.of(labels)), evaluator.work));
}

class Enrichment {
  readonly #infos: Columns;
  readonly #dataMatchers: readonly Matcher[];
  readonly #dataNames: ReadonlySet<string>;
  readonly #rowsByIdentity = new Map<string, number[]>();

  constructor(infos: Columns, dataMatchers: readonly Matcher[]) {
    this.#infos = infos;
    this.#dataMatchers = dataMatchers;
    this.#dataNames = new Set(dataMatchers.map(({ name }) => name));
    for (let row = 0; row < infos.count; row++) {
      const identity = identityOf(infos.labels.at(row));
      const rows = this.#rowsByIdentity.get(identity);
      if (rows) rows.push(row);
      else this.#rowsByIdentity.set(identity, [row]);
    }
  }

  /**
   * The labels of a series with what is known about it at a step; undefined when that lacks a label asked for.
   *
   * @throws TinyObsError `query_execution` when two info series contradict each other.
   */
  labelsFor(own: Labels, step: number): Labels | undefined {
    const added = new Map<string, string>();
    const newest = this.#newestRows(own, step);
    for (const row of newest) {
      for (const [name, value] of this.#infos.labels.at(row)) {
        if (name === METRIC_NAME || (this.#dataNames.size > 0 && !this.#dataNames.has(name))) continue;
        if ((added.get(name) ?? value) !== value) {
          throw new TinyObsError('query_execution', `conflicting label: ${name}`);
        }
        if (own.get(name) === '') added.set(name, value);
      }
    }
    if (newest.length === 0 && !this.#dataMatchers.every((matcher) => matcher.matchesEmpty)) return undefined;
    return added.size === 0 ? own : Labels.from([...own, ...added]);
  }

  /** Of each info metric the series with the latest sample. */
  #newestRows(own: Labels, step: number): number[] {
    const { labels, values, present, steps } = this.#infos;
    const newest = new Map<string, number>();
    for (const row of this.#rowsByIdentity.get(identityOf(own)) ?? []) {
      if (present[row * steps + step] === 0) continue;
      const name = labels.at(row).metricName;
      const other = newest.get(name);
      const age = other === undefined ? -1 : values[other * steps + step] - values[row * steps + step];
      if (age === 0) {
        const both = `${labels.at(other as number)} and ${labels.at(row)}`;
        throw new TinyObsError('query_execution', `found duplicate series for info metric: ${both}`);
      }
      if (age < 0) newest.set(name, row);
    }
    return [...newest.values()];
  }
}

function identityOf(labels: Labels): string {
  return labels.keep(IDENTIFYING).key;
}
