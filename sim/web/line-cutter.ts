/** Cuts a stream of text into its lines, however it arrives. What a line says is live.ts's. */

/** Characters of a line that has not ended: nothing the server says is as long. */
export const maxLineLength = 1_000_000;

export class LineCutter {
  #rest = '';

  /** The lines that are whole, without empty ones. Throws where one grows too long. */
  take(part: string): string[] {
    const lines = (this.#rest + part).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > maxLineLength) throw new RangeError('a line of the live stream is too long');
    return lines.filter((line) => line !== '');
  }
}
