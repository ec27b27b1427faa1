import './keyHint.css';

/** Keys as they are pressed, parted by spaces: `g o` one after the other. */
export function KeyHint({ keys }: { keys: string }) {
  return (
    <span class="key-hint">
      {keys.split(' ').map((key, place) => (
        <kbd key={place}>{key}</kbd>
      ))}
    </span>
  );
}
