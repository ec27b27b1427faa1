import './section.css';
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface Props {
  readonly title: string;
  /** Beside the title, in a lower voice. */
  readonly facts?: ComponentChildren;
  readonly testId?: string;
  readonly children: ComponentChildren;
}

export function Section({ title, facts, testId, children }: Props) {
  const id = useId();
  return (
    <section class="section" aria-labelledby={id} data-testid={testId}>
      <header class="section-head">
        <h2 id={id} title={title}>
          {title}
        </h2>
        {facts !== undefined && <div class="facts">{facts}</div>}
      </header>
      {children}
    </section>
  );
}
