import { key, signOut } from '../state/session.js';

/** Shown only to who is signed in. */
export function SignOutButton() {
  if (key.value === null) return null;
  return (
    <button
      type="button"
      class="icon-button"
      title="Sign out"
      aria-label="Sign out"
      onClick={signOut}
      data-testid="sign-out"
    >
      <svg
        viewBox="0 0 20 20"
        width="18"
        height="18"
        fill="none"
        stroke="currentColor"
        stroke-width="1.6"
        aria-hidden="true"
      >
        <path d="M8 4H5a1 1 0 0 0-1 1v10a1 1 0 0 0 1 1h3M12 6.5 15.500 10 12 13.500M15.500 10H8" />
      </svg>
    </button>
  );
}
