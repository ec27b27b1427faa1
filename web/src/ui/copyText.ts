import { toast } from './toast.js';

/** Copies a text and says so. Browsers give the clipboard to pages over HTTPS, or of the own machine, only. */
export async function copyText(text: string, said: { done: string; refused: string }): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(said.done);
  } catch {
    toast(said.refused);
  }
}
