import './button.css';
import type { ButtonHTMLAttributes, ComponentChildren } from 'preact';

interface Props extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'class' | 'type' | 'icon'> {
  /** One primary button a view at most; quiet ones have no frame; danger is for what cannot be undone. */
  readonly kind?: 'plain' | 'primary' | 'quiet' | 'danger';
  readonly type?: 'button' | 'submit';
  readonly children: ComponentChildren;
}

export function Button({ kind = 'plain', type = 'button', children, ...rest }: Props) {
  return (
    <button {...rest} type={type} class={kind === 'plain' ? 'button' : `button ${kind}`}>
      {children}
    </button>
  );
}
