import { IconButton } from './iconButton.js';
import { toast } from './toast.js';

/** Puts a text into the clipboard, and says so. */
export function CopyButton({ label, text }: { label: string; text: string }) {
  return <IconButton icon="copy" label={label} onClick={() => void copy(text)} />;
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast('Copied.');
  } catch {
    // Browsers give the clipboard to pages over HTTPS, or of the own machine, only.
    toast('The browser does not let the page copy; select the text instead.');
  }
}
