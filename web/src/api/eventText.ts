/** Names of the events in a text of server-sent events that comes in pieces; comments and data are passed over. */
export class EventText {
  #rest = '';

  /** The events that end in this piece. */
  take(piece: string): string[] {
    const blocks = (this.#rest + piece.replaceAll('\r\n', '\n')).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    return blocks.flatMap((block) => {
      const line = block.split('\n').find((one) => one.startsWith('event:'));
      return line === undefined ? [] : [line.slice('event:'.length).trim()];
    });
  }
}
