import './figures.css';
import type { ComponentChildren } from 'preact';
import { Card } from './card.js';
import { Meter } from './meter.js';

export interface Figure {
  readonly name: string;
  readonly value: string;
  /** What the value is to be measured by. */
  readonly note?: ComponentChildren;
  /** How much of a bound is in use, from 0 to 1. */
  readonly used?: number;
}

/** A few numbers that matter, large. */
export function Figures({ figures, testId }: { figures: readonly Figure[]; testId?: string }) {
  return (
    <Card look="figures" data-testid={testId}>
      <dl>
        {figures.map(({ name, value, note, used }) => (
          <div key={name} class="figure">
            <dt>{name}</dt>
            <dd>
              <span class="figure-value">{value}</span>
              {used !== undefined && <Meter label={`${name}: part of the limit`} used={used} />}
              {note !== undefined && <span class="figure-note">{note}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
