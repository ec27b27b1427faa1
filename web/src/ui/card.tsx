import './card.css';
import type { ArticleHTMLAttributes, ComponentChildren, Ref } from 'preact';

interface Props extends Omit<ArticleHTMLAttributes<HTMLElement>, 'class'> {
  /** Further classes, for what lies inside. */
  readonly look?: string;
  readonly cardRef?: Ref<HTMLElement>;
  readonly children: ComponentChildren;
}

/** The surface things lie on. */
export function Card({ look = '', cardRef, children, ...rest }: Props) {
  return (
    <article {...rest} ref={cardRef} class={`card ${look}`}>
      {children}
    </article>
  );
}
