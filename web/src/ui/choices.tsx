import './choices.css';
import type { ComponentChildren } from 'preact';

interface Props<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly choices: readonly { readonly value: Value; readonly text: ComponentChildren }[];
  readonly onChoose: (value: Value) => void;
}

/** A few choices side by side, of which one holds. */
export function Choices<Value extends string>({ label, value, choices, onChoose }: Props<Value>) {
  return (
    <fieldset class="choices" aria-label={label}>
      {choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          aria-pressed={choice.value === value}
          data-testid={`choice-${choice.value}`}
          onClick={() => onChoose(choice.value)}
        >
          {choice.text}
        </button>
      ))}
    </fieldset>
  );
}
