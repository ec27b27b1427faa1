import { copyText } from './copyText.js';
import { IconButton } from './iconButton.js';

/** Puts a text into the clipboard, and says so. */
export function CopyButton({ label, text }: { label: string; text: string }) {
  return <IconButton icon="copy" label={label} onClick={() => void copyText(text, SAID)} />;
}

const SAID = {
  done: 'Copied.',
  refused: 'The browser does not let the page copy; select the text instead.',
};
