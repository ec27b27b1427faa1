/** Path of the page that shows one panel, for pages of others to have in a frame: `/embed/<dashboard>/<panel>`. */
const EMBED_PAGE = /^\/embed\/[0-9a-f]{12}\/[A-Za-z0-9_-]{1,64}$/;

export function isEmbedPage(path: string): boolean {
  return EMBED_PAGE.test(path);
}
