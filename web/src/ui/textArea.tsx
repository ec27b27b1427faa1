import './field.css';
import { useId } from 'preact/hooks';

interface Props {
  readonly label: string;
  readonly value: string;
  readonly rows?: number;
  /** Whether it is code, in letters of equal width. */
  readonly isCode?: boolean;
  readonly placeholder?: string;
  readonly testId?: string;
  readonly onInput: (value: string) => void;
}

/** Several lines, with their name above. */
export function TextArea({ label, value, rows = 3, isCode = false, placeholder, testId, onInput }: Props) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        rows={rows}
        class={isCode ? 'field-code' : undefined}
        spellcheck={!isCode}
        placeholder={placeholder}
        data-testid={testId}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </div>
  );
}
