import { signal } from '@preact/signals';

/** The dialog over the page, if any. */
export const overlay = signal<'palette' | 'help' | null>(null);
