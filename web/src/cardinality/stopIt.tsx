import type { Census } from '../api/operateTypes.js';
import { Section } from '../ui/section.js';
import { Snippet } from '../ui/snippet.js';
import { adviceFor } from './advice.js';

/** Lines of configuration by which the metric has fewer series from now on. */
export function StopIt({ metric, counts }: { metric: string; counts: Census }) {
  return (
    <Section title="To have fewer from now on">
      <div class="advice">
        {adviceFor(metric, counts).map(({ id, title, about, text }) => (
          <article key={id}>
            <h3>{title}</h3>
            <p class="note">{about}</p>
            <Snippet label={title} text={text} />
          </article>
        ))}
      </div>
    </Section>
  );
}
