import crypto, { createHash, randomBytes } from 'node:crypto';

const PREFIX = 'tinyobs';
const ID_BYTES = 6;
const SECRET_BYTES = 32;

/** `tinyobs_<id>_<secret>`: the prefix lets scanners find keys that were published by mistake. */
const KEY = /^tinyobs_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;
const KEY_ANYWHERE = /(tinyobs_[0-9a-f]{12}_)[A-Za-z0-9_-]{43}/g;

/** A new key: its id, which may be shown, and its text, which is shown once. */
export function createKeyText(): { readonly id: string; readonly text: string } {
  const id = randomBytes(ID_BYTES).toString('hex');
  return { id, text: `${PREFIX}_${id}_${randomBytes(SECRET_BYTES).toString('base64url')}` };
}

/** The id in a key's text; undefined for what was not made by `createKeyText`. */
export function keyIdOf(text: string): string | undefined {
  return KEY.exec(text)?.[1];
}

/** The text with no more of the keys in it than their ids. */
export function withoutKeys(text: string): string {
  return text.replace(KEY_ANYWHERE, '$1…');
}

/** What is kept of a key. Its 256 random bits cannot be guessed, so that a slow hash would protect nothing. */
export function hashKey(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Takes the same time wherever the hashes differ. */
export function isSameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && crypto.timingSafeEqual(a, b);
}
