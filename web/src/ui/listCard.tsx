import './listCard.css';
import type { ComponentChildren } from 'preact';
import { Card } from './card.js';

interface Props {
  readonly title: string;
  /** What the list is about, in a lower voice. */
  readonly note?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A list, or something as narrow, on a surface of its own. */
export function ListCard({ title, note, children }: Props) {
  return (
    <Card look="list-card">
      <header>
        <h3 title={title}>{title}</h3>
        {note !== undefined && <span class="note">{note}</span>}
      </header>
      {children}
    </Card>
  );
}
