import './signIn.css';
import { useRef, useState } from 'preact/hooks';
import { ApiError } from '../api/apiError.js';
import { checkKey } from '../api/client.js';
import { refreshNow } from '../state/clock.js';
import { signIn } from '../state/session.js';
import { Button } from '../ui/button.js';
import { Card } from '../ui/card.js';
import { Field } from '../ui/field.js';
import { Icon } from '../ui/icon.js';

/** Asks for an API key in place of the screens, and keeps it once the server takes it. */
export function SignIn({ reason }: { reason: string }) {
  const input = useRef<HTMLInputElement>(null);
  const [isChecking, setChecking] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const given = input.current?.value.trim() ?? '';
    if (given === '') return setFailure('Enter a key.');
    setChecking(true);
    try {
      await checkKey(given, new AbortController().signal);
      signIn(given);
      refreshNow();
    } catch (error) {
      setFailure(error instanceof ApiError ? error.message : String(error));
      setChecking(false);
      input.current?.select();
    }
  };

  return (
    <main class="sign-in" id="main">
      <Card look="sign-in-card">
        <form onSubmit={(event) => void submit(event)} data-testid="sign-in">
          <span class="sign-in-mark">
            <Icon name="key" size={22} />
          </span>
          <h1>Sign in</h1>
          <p class="sign-in-reason" data-testid="sign-in-reason">
            {reason}
          </p>
          <Field
            label="API key with the scope “read”"
            type="password"
            autocomplete="current-password"
            autocapitalize="off"
            spellcheck={false}
            autofocus
            required
            inputRef={input}
            failure={failure}
            failureTestId="sign-in-failure"
          />
          <Button kind="primary" type="submit" disabled={isChecking}>
            {isChecking ? 'Checking …' : 'Sign in'}
          </Button>
          <p class="note">
            The key stays in this tab and is forgotten when it is closed. An administrator makes one with{' '}
            <code>tinyobs keys create --name dashboard --scope read</code>.
          </p>
        </form>
      </Card>
    </main>
  );
}
