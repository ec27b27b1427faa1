import './rankedList.css';
import type { ComponentChildren } from 'preact';

export interface Ranked {
  readonly id: string;
  readonly name: ComponentChildren;
  /** What the length of the bar stands for. */
  readonly value: number;
  readonly text: ComponentChildren;
  readonly href?: string;
}

interface Props {
  readonly label: string;
  readonly bars: readonly Ranked[];
  /** What a bar as wide as the list stands for; the largest value where it is not given. */
  readonly whole?: number;
  /** Said where there are none. */
  readonly nothing: string;
  readonly testId?: string;
}

/** Names with a number each, and the length of a bar behind them. */
export function RankedList({ label, bars, whole, nothing, testId }: Props) {
  const most = whole ?? Math.max(1, ...bars.map(({ value }) => value));
  if (bars.length === 0) return <p class="ranked-list-nothing">{nothing}</p>;
  return (
    <ol class="ranked-list" aria-label={label} data-testid={testId}>
      {bars.map(({ id, name, value, text, href }) => (
        <li key={id}>
          <span class="ranked-list-bar" style={{ width: `${(100 * value) / most}%` }} aria-hidden="true" />
          {href === undefined ? (
            <span class="ranked-list-name" title={id}>
              {name}
            </span>
          ) : (
            <a class="ranked-list-name" href={href} title={id}>
              {name}
            </a>
          )}
          <span class="ranked-list-text">{text}</span>
        </li>
      ))}
    </ol>
  );
}
