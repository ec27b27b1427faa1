/** Places in sight that still wait for an answer. */
export function skeletonsInSight(): number {
  const isInSight = (one: Element) => one.getBoundingClientRect().top < innerHeight;
  return [...document.querySelectorAll('.dash-panel .skeleton')].filter(isInSight).length;
}

/** Drops a file with a text on an element. */
export function dropFile(on: Element, text: string): void {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([text], 'dropped.json', { type: 'application/json' }));
  on.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
}

/** Whether something on the canvas of the panel that is edited has the colour of a token. */
export function isDrawnIn(token: string): boolean {
  const canvas = document.querySelector<HTMLCanvasElement>('.panel-editor canvas');
  const pixels = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
  const colour = getComputedStyle(document.documentElement).getPropertyValue(token).trim();
  const wanted = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  for (let at = 0; at < pixels.length; at += 4) {
    if (wanted.every((part, place) => pixels[at + place] === part)) return true;
  }
  return false;
}
