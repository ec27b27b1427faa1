import './dialog.css';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface Props {
  readonly label: string;
  readonly look?: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/**
 * The browser's modal dialog: it keeps the focus inside, closes with Escape, and gives the focus back. A click
 * beside it closes it, too.
 */
export function Dialog({ label, look = '', onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the browser closes it with Escape
    <dialog
      ref={dialog}
      class={`dialog ${look}`}
      aria-label={label}
      onClose={onClose}
      onClick={(event) => event.target === event.currentTarget && event.currentTarget.close()}
    >
      <div class="dialog-body">{children}</div>
    </dialog>
  );
}
