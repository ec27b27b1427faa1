import './toast.css';
import { signal } from '@preact/signals';

const SHOWN_MS = 4_000;

const shown = signal<readonly { readonly id: number; readonly text: string }[]>([]);
let count = 0;

/** Says in passing that something was done. */
export function toast(text: string): void {
  count += 1;
  const id = count;
  shown.value = [...shown.value.slice(-2), { id, text }];
  setTimeout(() => {
    shown.value = shown.value.filter((one) => one.id !== id);
  }, SHOWN_MS);
}

export function Toasts() {
  return (
    <div class="toasts" role="status">
      {shown.value.map(({ id, text }) => (
        <p key={id} class="toast">
          {text}
        </p>
      ))}
    </div>
  );
}
