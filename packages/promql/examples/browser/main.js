import { ArrayQueryable, Engine, formatFloat } from '@tinyobs/promql';

const HOUR_MS = 3_600_000;
const times = Array.from({ length: 241 }, (_, i) => i * 15_000);
const queryable = new ArrayQueryable([
  { labels: { __name__: 'jobs_total', queue: 'mail' }, times, values: times.map((_, i) => 6 * i) },
  { labels: { __name__: 'jobs_total', queue: 'print' }, times, values: times.map((_, i) => 3 * (i % 100)) },
  { labels: { __name__: 'jobs_waiting', queue: 'mail' }, times, values: times.map((_, i) => (7 * i) % 20) },
]);
const engine = new Engine();

const query = document.getElementById('query');
const result = document.getElementById('result');

async function evaluate() {
  try {
    const { value, infos, warnings } = await engine.instant(queryable, query.value, HOUR_MS);
    result.textContent = [...linesOf(value), ...warnings, ...infos].join('\n') || 'nothing';
  } catch (error) {
    result.textContent = error.message;
  }
}

function linesOf(value) {
  if (value.type === 'string') return [value.value];
  if (value.type === 'scalar') return [formatFloat(value.value)];
  if (value.type === 'vector')
    return value.labels.map((labels, i) => `${labels} ${formatFloat(value.values[i])}`);
  return value.labels.map((labels, i) => `${labels} ${value.starts[i + 1] - value.starts[i]} points`);
}

document.querySelector('form').addEventListener('submit', (event) => {
  event.preventDefault();
  void evaluate();
});
await evaluate();
