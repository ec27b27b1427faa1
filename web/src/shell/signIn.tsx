import { useRef, useState } from 'preact/hooks';
import { ApiError } from '../api/apiError.js';
import { checkKey } from '../api/client.js';
import { refreshNow } from '../state/clock.js';
import { signIn } from '../state/session.js';

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
    <main class="sign-in">
      <form onSubmit={(event) => void submit(event)} data-testid="sign-in">
        <h1>Sign in</h1>
        <p class="note" data-testid="sign-in-reason">
          {reason}
        </p>
        <label for="key">API key with the scope “read”</label>
        <input
          ref={input}
          id="key"
          type="password"
          autocomplete="current-password"
          autocapitalize="off"
          spellcheck={false}
          autofocus
          required
          aria-invalid={failure !== null}
          aria-describedby="key-failure"
        />
        <p id="key-failure" class="sign-in-failure" role="alert" data-testid="sign-in-failure">
          {failure}
        </p>
        <button type="submit" class="button primary" disabled={isChecking}>
          {isChecking ? 'Checking …' : 'Sign in'}
        </button>
        <p class="note">
          The key stays in this tab and is forgotten when it is closed. An administrator makes one with{' '}
          <code>tinyobs keys create --name dashboard --scope read</code>.
        </p>
      </form>
    </main>
  );
}
