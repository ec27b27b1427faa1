const NAME_LENGTH_MAX = 60;

/** Gives the reader a file. */
export function download(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken the content by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** A name any file system takes. */
export function fileNameOf(title: string, extension: string): string {
  const words = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, NAME_LENGTH_MAX)
    .replace(/^-|-$/g, '');
  return `${words || 'chart'}.${extension}`;
}
