import './field.css';
import type { PartialInputHTMLAttributes, Ref } from 'preact';
import { useId } from 'preact/hooks';

interface Props extends Omit<PartialInputHTMLAttributes<HTMLInputElement>, 'class' | 'role'> {
  readonly type: 'password' | 'datetime-local' | 'text' | 'number' | 'search';
  readonly label: string;
  /** What is wrong with what was entered, null while nothing is. */
  readonly failure?: string | null;
  readonly inputRef?: Ref<HTMLInputElement>;
  readonly failureTestId?: string;
}

/** An input with its name above, and below it what is wrong. */
export function Field({ type, label, failure = null, inputRef, failureTestId, ...rest }: Props) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        {...rest}
        // What Preact allows beside it is the same for all of these.
        type={type as 'text'}
        ref={inputRef}
        id={id}
        aria-invalid={failure !== null}
        aria-describedby={`${id}-failure`}
      />
      <p id={`${id}-failure`} class="field-failure" role="alert" data-testid={failureTestId}>
        {failure}
      </p>
    </div>
  );
}
